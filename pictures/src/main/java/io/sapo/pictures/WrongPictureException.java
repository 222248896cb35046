package io.sapo.pictures;

/** A picture whose bytes are not those that its record announced. */
public final class WrongPictureException extends UnreadablePictureException {
  private static final long serialVersionUID = 1;

  WrongPictureException(String reason) {
    super(reason);
  }
}
