package io.sapo.pictures;

import java.nio.ByteBuffer;

/** Goes through the segments of a JPEG, each with the entropy-coded data that follows it. */
final class JpegSegments {
  static final int APP0 = 0xE0;
  static final int APP1 = 0xE1;
  static final int APP14 = 0xEE;
  static final int APP15 = 0xEF;
  static final int COMMENT = 0xFE;
  static final int SCAN = 0xDA;

  private static final int START_BYTES = 2;
  private static final int END = 0xD9;

  private final ByteBuffer in;
  private int start;
  private int marker;
  private int length;
  private int content;

  JpegSegments(ByteBuffer in) {
    this.in = in.slice();
    this.in.position(START_BYTES);
  }

  /**
   * @return false at the end marker
   */
  boolean next() {
    do {
      start = in.position();
      marker = readMarker();
      if (marker == END) {
        return false;
      }
    } while (marker == 0x01 || marker >= 0xD0 && marker <= 0xD7);
    length = in.getShort() & 0xFFFF;
    if (length < 2) {
      throw new UnreadablePictureException("JPEG segment without length");
    }
    if (length - 2 > in.remaining()) {
      throw new UnreadablePictureException("JPEG ends early");
    }
    content = in.position();
    in.position(content + length - 2);
    if (marker == SCAN) {
      skipScan();
    }
    return true;
  }

  int marker() {
    return marker;
  }

  /** What stands behind the length; entropy-coded data left out. */
  ByteBuffer content() {
    return in.slice(content, length - 2);
  }

  /** Marker, length, content and entropy-coded data. */
  ByteBuffer segment() {
    return in.slice(start, in.position() - start);
  }

  /** Start-of-frame markers; not those of tables. */
  boolean frame() {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private int readMarker() {
    if ((in.get() & 0xFF) != 0xFF) {
      throw new UnreadablePictureException("JPEG damaged between segments");
    }
    int read = 0xFF;
    while (read == 0xFF) {
      read = in.get() & 0xFF;
    }
    if (read == 0) {
      throw new UnreadablePictureException("JPEG damaged between segments");
    }
    return read;
  }

  /** Stops before the next marker that is not part of the entropy-coded data. */
  private void skipScan() {
    while (true) {
      if ((in.get() & 0xFF) == 0xFF) {
        int next = in.get() & 0xFF;
        boolean inside = next == 0 || next >= 0xD0 && next <= 0xD7;
        if (!inside) {
          in.position(in.position() - 2);
          return;
        }
      }
    }
  }
}
