package io.sapo.reading;

import java.io.IOException;
import java.nio.file.Path;

/** A file of more bytes than are taken; the message names it and the limit. */
public final class FileTooLongException extends IOException {
  FileTooLongException(Path file, long most) {
    super("%s: has more than the %d bytes that are taken".formatted(file, most));
  }
}
