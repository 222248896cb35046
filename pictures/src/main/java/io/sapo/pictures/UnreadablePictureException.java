package io.sapo.pictures;

/** A picture that cannot be used; the message is the reason a person can act on. */
public class UnreadablePictureException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnreadablePictureException(String reason) {
    super(reason);
  }

  public UnreadablePictureException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
