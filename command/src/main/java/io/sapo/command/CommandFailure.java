package io.sapo.command;

/** A command that cannot do what it was asked; the message is all that people see. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean usage;
  private final boolean outside;

  private CommandFailure(boolean usage, boolean outside, String message, Throwable cause) {
    super(message, cause);
    this.usage = usage;
    this.outside = outside;
  }

  /** It was asked in a wrong way. */
  public static CommandFailure usage(String message) {
    return new CommandFailure(true, false, message, null);
  }

  public static CommandFailure failed(String message) {
    return new CommandFailure(false, false, message, null);
  }

  public static CommandFailure failed(String message, Throwable cause) {
    return new CommandFailure(false, false, message, cause);
  }

  /** What others do is in its way; started again it may go on. */
  public static CommandFailure outside(String message) {
    return new CommandFailure(false, true, message, null);
  }

  /** Whether a later start may do. */
  public boolean isOutside() {
    return outside;
  }

  /** Whether it was asked in a wrong way; if not, the cause says how it failed. */
  public boolean isUsage() {
    return usage;
  }
}
