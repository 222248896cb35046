package io.sapo.policy.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** The text of bytes that come one by one, in time in proportion to them. */
final class ByteText {
  private static final int LONGEST_CHARACTER = 4;

  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer waiting = ByteBuffer.allocate(LONGEST_CHARACTER);
  private final CharBuffer decoded = CharBuffer.allocate(2);
  private final StringBuilder text = new StringBuilder();
  private int toStrip;
  private boolean broken;

  /**
   * @param toStrip most spaces to be left out at the beginning
   */
  void begin(int toStrip) {
    decoder.reset();
    waiting.clear();
    text.setLength(0);
    broken = false;
    this.toStrip = toStrip;
  }

  void add(int value) {
    if (broken) {
      return;
    }
    broken = decoder.decode(waiting.put((byte) value).flip(), decoded, false).isError();
    waiting.compact();
    decoded.flip();
    while (decoded.hasRemaining()) {
      append(decoded.get());
    }
    decoded.clear();
  }

  private void append(char next) {
    if (next == ' ' && toStrip > 0) {
      toStrip--;
    } else {
      toStrip = 0;
      text.append(next);
    }
  }

  /** Empty where a character is broken or not complete: none of the others is trusted then. */
  CharSequence text() {
    return broken || waiting.position() > 0 ? "" : text;
  }
}
