package io.sapo.broker;

/** The embedded broker cannot start or has died; the message is for people. */
public final class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
