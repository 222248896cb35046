package io.sapo.producer.task;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes so many bytes and no more. */
final class LimitedOutput extends FilterOutputStream {
  /** More was to be written. */
  static final class FullException extends IOException {
    FullException(long most) {
      super("more than %d bytes".formatted(most));
    }
  }

  private final long most;
  private long written;

  LimitedOutput(OutputStream to, long most) {
    super(to);
    this.most = most;
  }

  @Override
  public void write(int value) throws IOException {
    count(1);
    out.write(value);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    count(length);
    out.write(bytes, from, length);
  }

  private void count(int more) throws IOException {
    if (written + more > most) {
      throw new FullException(most);
    }
    written += more;
  }
}
