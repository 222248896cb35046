package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Goes through the chunks of a PNG, IEND last if it has one, and checks their checksums. */
final class PngChunks {
  static final int IHDR = 0x49484452;
  static final int PLTE = 0x504C5445;
  static final int TRNS = 0x74524E53;
  static final int IDAT = 0x49444154;
  static final int IEND = 0x49454E44;
  static final int TEXT = 0x74455874;
  static final int DEFLATED_TEXT = 0x7A545874;
  static final int INTERNATIONAL_TEXT = 0x69545874;
  static final int EXIF = 0x65584966;
  static final int SIGNATURE_BYTES = 8;

  private static final int FRAME_BYTES = 12;

  private final ByteBuffer in;
  private final CRC32 crc = new CRC32();
  private int start;
  private int length;
  private int type;
  private boolean data;

  PngChunks(ByteBuffer in) {
    this.in = in.slice();
    this.in.position(SIGNATURE_BYTES);
  }

  /**
   * @return false behind IEND, or where a file ends without one behind its pixels
   */
  boolean next() {
    if (type == IEND || data && in.remaining() < FRAME_BYTES) {
      return false;
    }
    start = in.position();
    length = in.getInt();
    if (length < 0 || length > in.remaining() - 8) {
      throw new UnreadablePictureException("PNG ends early");
    }
    type = in.getInt();
    data |= type == IDAT;
    crc.reset();
    crc.update(in.slice(start + 4, 4 + length));
    if (in.getInt(content() + length) != (int) crc.getValue()) {
      throw new UnreadablePictureException("PNG chunk with a wrong checksum");
    }
    in.position(start + FRAME_BYTES + length);
    return true;
  }

  int type() {
    return type;
  }

  /** Where the content begins. */
  int content() {
    return start + 8;
  }

  /** Bytes of the content. */
  int length() {
    return length;
  }

  /** The whole chunk, checksum included. */
  ByteBuffer chunk() {
    return in.slice(start, FRAME_BYTES + length);
  }

  /** Writes a chunk with its length and checksum. */
  static void put(ByteBuffer out, int type, ByteBuffer content) {
    out.putInt(content.remaining());
    int start = out.position();
    out.putInt(type).put(content);
    CRC32 crc = new CRC32();
    crc.update(out.slice(start, out.position() - start));
    out.putInt((int) crc.getValue());
  }
}
