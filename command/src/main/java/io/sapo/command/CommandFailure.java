package io.sapo.command;

/** A command that cannot do what it was asked; the message is all that people see. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean usage;

  private CommandFailure(boolean usage, String message, Throwable cause) {
    super(message, cause);
    this.usage = usage;
  }

  /** It was asked in a wrong way. */
  public static CommandFailure usage(String message) {
    return new CommandFailure(true, message, null);
  }

  public static CommandFailure failed(String message) {
    return new CommandFailure(false, message, null);
  }

  public static CommandFailure failed(String message, Throwable cause) {
    return new CommandFailure(false, message, cause);
  }

  /** Whether it was asked in a wrong way; if not, the cause says how it failed. */
  public boolean isUsage() {
    return usage;
  }
}
