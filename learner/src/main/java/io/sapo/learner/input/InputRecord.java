package io.sapo.learner.input;

/**
 * A record of the segments topic after {@link Admission}: either an example, or the reason why
 * there is none.
 *
 * @param example null when refused
 * @param refusal null when admitted
 * @param source where its trajectory lies, as far as the record can be read; null otherwise
 * @param bytes of memory that it holds, more or less: its size on the log and that of the picture
 *     files it names
 */
public record InputRecord(
    Position position, TrainingExample example, String refusal, Source source, long bytes) {

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
    Source source = Source.of(example.sourcePartition(), example.sourceOffset());
    return new InputRecord(example.position(), example, null, source, bytes);
  }

  /**
   * @param source null where the record cannot be read
   */
  static InputRecord refused(Position position, String refusal, Source source, long bytes) {
    return new InputRecord(position, null, refusal, source, bytes);
  }
}
