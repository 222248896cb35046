package io.sapo.producer.gateway;

/** A request that is not answered; the message is for the caller. */
public final class GatewayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Whose matter it is. */
  public enum Kind {
    BAD_REQUEST,
    NOT_FOUND,
    BUSY,
    FAILED
  }

  private final Kind kind;

  public GatewayException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
