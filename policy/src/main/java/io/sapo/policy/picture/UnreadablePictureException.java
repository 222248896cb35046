package io.sapo.policy.picture;

/** Picture bytes that cannot be used; the message is the reason a person can act on. */
public final class UnreadablePictureException extends RuntimeException {
  public UnreadablePictureException(String reason) {
    super(reason);
  }

  public UnreadablePictureException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
