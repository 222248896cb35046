package io.sapo.policy.training;

/** A gradient with an infinite or undefined norm; the step was not taken. */
public final class NonFiniteGradientException extends RuntimeException {
  NonFiniteGradientException(String message) {
    super(message);
  }
}
