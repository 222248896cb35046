package io.sapo.learner.input;

/**
 * A record of the segments topic after {@link Admission}: either an example, or the reason why
 * there is none.
 *
 * @param example null when refused
 * @param refusal null when admitted
 * @param source where its trajectory lies, as far as the record can be read; null otherwise
 * @param next one past the last offset that this stands for: a record's own, or that of the last of
 *     those that were lost
 * @param records of the log that it is: one, or none where they were lost
 * @param bytes of memory that it holds, more or less: its size on the log and that of the picture
 *     files it names
 */
public record InputRecord(
    Position position,
    TrainingExample example,
    String refusal,
    Source source,
    long next,
    int records,
    long bytes) {

  /** What reasons begin with of records that cannot be read from the log. */
  static final String DAMAGED = "damaged";

  /** A place in the trajectories topic, as a record claims it. */
  public record Source(int partition, long offset) {

    /** Null for what cannot be a place. */
    static Source of(int partition, long offset) {
      return partition < 0 || offset < 0 || offset == Long.MAX_VALUE
          ? null
          : new Source(partition, offset);
    }
  }

  static InputRecord admitted(TrainingExample example, long bytes) {
    Source source = Source.of(example.origin().sourcePartition(), example.origin().sourceOffset());
    return new InputRecord(
        example.origin().position(),
        example,
        null,
        source,
        example.origin().position().offset() + 1,
        1,
        bytes);
  }

  /**
   * @param source null where the record cannot be read
   */
  static InputRecord refused(Position position, String refusal, Source source, long bytes) {
    return new InputRecord(position, null, refusal, source, position.offset() + 1, 1, bytes);
  }

  /**
   * What was there and had expired before it was read.
   *
   * @param from its first offset
   * @param next one past its last
   */
  static InputRecord lost(Position from, long next) {
    String refusal =
        "lost: offsets %d to %d expired before they were read".formatted(from.offset(), next - 1);
    return new InputRecord(from, null, refusal, null, next, 0, 0);
  }
}
