package io.sapo.verifier.math;

/** A text, or a part of it, is nothing that can be calculated with; the message says why. */
final class UnreadableException extends Exception {
  private static final long serialVersionUID = 1;

  UnreadableException(String why) {
    super(why, null, false, false);
  }
}
