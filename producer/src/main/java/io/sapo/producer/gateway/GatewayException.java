package io.sapo.producer.gateway;

import java.util.Optional;

/** A request that is not answered; the message is for the caller. */
public final class GatewayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Whose matter it is. */
  public enum Kind {
    BAD_REQUEST,
    /** It asks for what is not done here. */
    UNSUPPORTED,
    /** The conversation is longer than is taken. */
    TOO_LONG,
    NOT_FOUND,
    BUSY,
    FAILED
  }

  private final Kind kind;
  private final String field;

  public GatewayException(Kind kind, String message) {
    this(kind, null, message);
  }

  /**
   * @param field of the request that is at fault; null where it is none alone
   */
  public GatewayException(Kind kind, String field, String message) {
    super(message);
    this.kind = kind;
    this.field = field;
  }

  public Kind kind() {
    return kind;
  }

  /** The field of the request that is at fault, where it is one. */
  public Optional<String> field() {
    return Optional.ofNullable(field);
  }
}
