package io.sapo.learner.fold;

/** A network gave NaN or infinity; what is left of the update is left out. */
public final class NonFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NonFiniteException(String message) {
    super(message);
  }
}
