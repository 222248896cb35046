package io.sapo.reading;

import java.io.IOException;

/** A line that cannot be taken; the message names its file and its number. */
public final class LineException extends IOException {
  LineException(String message) {
    super(message);
  }
}
