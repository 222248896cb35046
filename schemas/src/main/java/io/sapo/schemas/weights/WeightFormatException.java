package io.sapo.schemas.weights;

/** Chunks that do not make up the version they claim to; the message says where and how. */
public final class WeightFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public WeightFormatException(String message) {
    super(message);
  }
}
