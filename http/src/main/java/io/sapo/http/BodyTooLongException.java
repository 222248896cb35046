package io.sapo.http;

import java.io.IOException;

/** An HTTP body has more bytes than its reader allows. */
public final class BodyTooLongException extends IOException {
  private static final long serialVersionUID = 1;

  BodyTooLongException(long most) {
    super("the answer has more than " + most + " bytes");
  }
}
