package io.sapo.broker;

/** The embedded broker cannot start or has died; the message is for people. */
public final class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean died;

  public BrokerException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /**
   * @param died whether it had worked before, or another process is in its way that will end
   */
  public BrokerException(String message, Throwable cause, boolean died) {
    super(message, cause);
    this.died = died;
  }

  /** Whether a new start may help. */
  public boolean died() {
    return died;
  }
}
