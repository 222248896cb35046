package io.sapo.learner.input;

/**
 * A record of the segments topic after {@link Admission}: either an example, or the reason why
 * there is none.
 *
 * @param example null when refused
 * @param refusal null when admitted
 * @param bytes its size on the log
 */
public record InputRecord(Position position, TrainingExample example, String refusal, int bytes) {

  static InputRecord admitted(TrainingExample example, int bytes) {
    return new InputRecord(example.position(), example, null, bytes);
  }

  static InputRecord refused(Position position, String refusal, int bytes) {
    return new InputRecord(position, null, refusal, bytes);
  }
}
