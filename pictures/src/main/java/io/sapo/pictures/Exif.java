package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/** The one thing of EXIF data that changes how a picture looks. */
final class Exif {
  private static final int EXIF = 0x45786966;
  private static final int ORIENTATION = 0x0112;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ENTRY_BYTES = 12;
  private static final long UNSIGNED = 0xFFFFFFFFL;

  private Exif() {}

  /** Whether a segment's content is EXIF data. */
  static boolean marked(ByteBuffer content) {
    ByteBuffer data = content.slice().order(ByteOrder.BIG_ENDIAN);
    return data.remaining() >= 6 && data.getInt(0) == EXIF && data.getShort(4) == 0;
  }

  /**
   * @param data an APP1 segment's or EXIF chunk's content, with the leading {@code Exif\0\0} or
   *     without
   * @return what is said, which may be no orientation; empty when nothing is, or the data is
   *     damaged
   */
  static OptionalInt orientation(ByteBuffer data) {
    ByteBuffer tiff = data.slice().order(ByteOrder.BIG_ENDIAN);
    if (tiff.remaining() >= 6 && tiff.getInt(0) == EXIF) {
      tiff = tiff.slice(6, tiff.remaining() - 6);
    }
    if (tiff.remaining() < 8) {
      return OptionalInt.empty();
    }
    switch (tiff.getShort(0)) {
      case 0x4949 -> tiff.order(ByteOrder.LITTLE_ENDIAN);
      case 0x4D4D -> tiff.order(ByteOrder.BIG_ENDIAN);
      default -> {
        return OptionalInt.empty();
      }
    }
    return tiff.getShort(2) == 42 ? firstDirectory(tiff, tiff.getInt(4)) : OptionalInt.empty();
  }

  private static OptionalInt firstDirectory(ByteBuffer tiff, int at) {
    if (at < 8 || at > tiff.limit() - 2) {
      return OptionalInt.empty();
    }
    int entries = tiff.getShort(at) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      int entry = at + 2 + ENTRY_BYTES * i;
      if (entry > tiff.limit() - ENTRY_BYTES) {
        break;
      }
      if ((tiff.getShort(entry) & 0xFFFF) == ORIENTATION) {
        OptionalInt said = firstValue(tiff, entry);
        if (said.isPresent()) {
          return said;
        }
      }
    }
    return OptionalInt.empty();
  }

  /** Of several the first counts, as in Pillow; four bytes are in the entry, more elsewhere. */
  private static OptionalInt firstValue(ByteBuffer tiff, int entry) {
    int type = tiff.getShort(entry + 2);
    if (type != SHORT && type != LONG) {
      return OptionalInt.empty();
    }
    long bytes = (tiff.getInt(entry + 4) & UNSIGNED) * (type == SHORT ? 2 : 4);
    long at = bytes <= 4 ? entry + 8 : tiff.getInt(entry + 8) & UNSIGNED;
    if (bytes == 0 || bytes > tiff.limit() - at) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(type == SHORT ? tiff.getShort((int) at) & 0xFFFF : tiff.getInt((int) at));
  }
}
