package io.sapo.learner.fold;

/** A network gave NaN or infinity; the state must not be used any further. */
public final class NonFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NonFiniteException(String message) {
    super(message);
  }
}
