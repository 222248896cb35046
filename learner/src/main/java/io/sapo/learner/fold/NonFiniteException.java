package io.sapo.learner.fold;

/** A network gave NaN or infinity; the rest of the update is skipped. */
public final class NonFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NonFiniteException(String message) {
    super(message);
  }
}
