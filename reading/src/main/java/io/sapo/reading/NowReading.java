package io.sapo.reading;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What this process is reading from outside at the moment: records, pictures, files, whose size it
 * did not choose. Kept outside of the heap, as text that ends with a zero byte, so that it can be
 * said when heap memory has ended and no Java code runs any more. Thread-safe.
 */
public final class NowReading {
  private static final int MOST_BYTES = 200;
  private static final int MOST_SHOWN = 16;
  private static final byte[] NOTHING =
      bytes("sapo: heap memory has ended while nothing was being read from outside");
  private static final byte[] BEGIN = bytes("sapo: heap memory has ended while reading ");
  private static final byte[] SEPARATOR = bytes("; ");
  private static final byte[] END = bytes(" (a larger heap: SAPO_JAVA_OPTS=-Xmx4g)");
  private static final List<byte[]> OPEN = new ArrayList<>();
  private static final ByteBuffer TEXT =
      ByteBuffer.allocateDirect(
          BEGIN.length + END.length + MOST_SHOWN * (MOST_BYTES + SEPARATOR.length) + 1);

  static {
    write();
  }

  private NowReading() {}

  /** What may be read; its result and its failure are the caller's. */
  public interface Read<T, X extends Exception> {
    T read() throws X;
  }

  /**
   * Reads, and while it does, it is known what.
   *
   * @param what as a person would look for it: a topic with partition and offset, a file
   */
  public static <T, X extends Exception> T during(String what, Read<T, X> read) throws X {
    byte[] named = bytes(what);
    synchronized (OPEN) {
      OPEN.add(named);
      write();
    }
    try {
      return read.read();
    } finally {
      synchronized (OPEN) {
        remove(named);
        write();
      }
    }
  }

  /** The last one is likely to be the one: readers within others end first. */
  private static void remove(byte[] named) {
    for (int i = OPEN.size() - 1; i >= 0; i--) {
      if (OPEN.get(i) == named) {
        OPEN.remove(i);
        return;
      }
    }
  }

  /** Where the message lies, and will; direct memory, never written to by others. */
  public static ByteBuffer message() {
    return TEXT.asReadOnlyBuffer();
  }

  /** Takes no heap memory, of which there may be none. */
  private static void write() {
    TEXT.clear();
    if (OPEN.isEmpty()) {
      TEXT.put(NOTHING);
    } else {
      TEXT.put(BEGIN);
      for (int i = 0; i < Math.min(OPEN.size(), MOST_SHOWN); i++) {
        if (i > 0) {
          TEXT.put(SEPARATOR);
        }
        byte[] what = OPEN.get(i);
        TEXT.put(what, 0, Math.min(what.length, MOST_BYTES));
      }
      TEXT.put(END);
    }
    TEXT.put((byte) 0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
