package io.sapo.learner.input;

/** A record that cannot be trained on; the message starts with a reason of one word. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1;

  RefusedException(String reason, String detail) {
    super(reason + ": " + detail);
  }
}
