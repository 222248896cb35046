package io.sapo.learner.input;

/**
 * A record of the segments topic after {@link Admission}: either an example, or the reason why
 * there is none.
 *
 * @param example null when refused
 * @param refusal null when admitted
 * @param bytes of memory that it holds, more or less: its size on the log and that of the picture
 *     files it names
 */
public record InputRecord(Position position, TrainingExample example, String refusal, long bytes) {

  static InputRecord admitted(TrainingExample example, long bytes) {
    return new InputRecord(example.position(), example, null, bytes);
  }

  static InputRecord refused(Position position, String refusal, long bytes) {
    return new InputRecord(position, null, refusal, bytes);
  }
}
