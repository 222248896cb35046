package io.sapo.producer.prompt;

/** A task that cannot be a prompt of this model; the message names the task and says why. */
public final class PromptRefusedException extends Exception {
  private static final long serialVersionUID = 1;

  /** Kinds of refusal; {@link #label()} is the reason in dead letters. */
  public enum Reason {
    TOO_LONG("prompt-too-long"),
    SPECIAL_TOKEN("special-token-in-prompt"),
    CHAT_TEMPLATE("chat-template"),
    TASK_ID("bad-id"),
    PICTURE_UNREADABLE("unreadable-picture"),
    PICTURE_HASH("picture-hash"),
    PICTURE_UNSUPPORTED("picture-unsupported");

    private final String label;

    Reason(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  private final Reason reason;

  PromptRefusedException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
