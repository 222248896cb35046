package io.sapo.segmenter.topology;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * Walks a PNG's chunks (with their checksums) or a JPEG's segments to the end, so that a truncated
 * or damaged picture is found without decoding it. Linear in the bytes, allocates next to nothing.
 */
final class PictureStructure {
  static final int MAX_SIDE = 16_384;
  static final long MAX_PIXELS = 64L << 20;

  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int IHDR = 0x49484452;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int JPEG_START = 0xFFD8;

  private PictureStructure() {}

  /** What is wrong with an encoded picture, or null. */
  static String fault(ByteBuffer encoded) {
    ByteBuffer in = encoded.duplicate().order(ByteOrder.BIG_ENDIAN);
    try {
      if (in.remaining() >= 8 && in.getLong(in.position()) == PNG_SIGNATURE) {
        in.getLong();
        return png(in);
      }
      if (in.remaining() >= 2 && (in.getShort(in.position()) & 0xFFFF) == JPEG_START) {
        in.getShort();
        return jpeg(in);
      }
      return "neither a PNG nor a JPEG";
    } catch (BufferUnderflowException e) {
      return "ends early";
    }
  }

  private static String png(ByteBuffer in) {
    boolean header = false;
    boolean data = false;
    CRC32 crc = new CRC32();
    while (true) {
      int length = in.getInt();
      if (length < 0 || length > in.remaining() - 8) {
        return "PNG ends early";
      }
      int type = in.getInt(in.position());
      crc.reset();
      crc.update(in.slice(in.position(), 4 + length));
      int content = in.position() + 4;
      in.position(content + length);
      if (in.getInt() != (int) crc.getValue()) {
        return "PNG chunk with a wrong checksum";
      }
      if (!header) {
        if (type != IHDR || length != 13) {
          return "PNG without a header";
        }
        header = true;
        String size = sizeFault(in.getInt(content), in.getInt(content + 4));
        if (size != null) {
          return size;
        }
      }
      data |= type == IDAT;
      if (type == IEND) {
        return data ? null : "PNG without pixels";
      }
    }
  }

  private static String jpeg(ByteBuffer in) {
    boolean frame = false;
    boolean scan = false;
    while (true) {
      int marker = marker(in);
      if (marker < 0) {
        return "JPEG damaged between segments";
      }
      if (marker == 0xD9) {
        return scan ? null : "JPEG without pixels";
      }
      if (marker == 0x01 || marker >= 0xD0 && marker <= 0xD7) {
        continue;
      }
      int start = in.position();
      int length = in.getShort() & 0xFFFF;
      if (length < 2) {
        return "JPEG segment without length";
      }
      if (isFrame(marker)) {
        if (marker > 0xC2) {
          return "JPEG of an unusual kind (lossless, arithmetic or hierarchical)";
        }
        in.get();
        int height = in.getShort() & 0xFFFF;
        String size = sizeFault(in.getShort() & 0xFFFF, height);
        if (size != null) {
          return size;
        }
        frame = true;
      }
      if (length > in.limit() - start) {
        return "JPEG ends early";
      }
      in.position(start + length);
      if (marker == 0xDA) {
        if (!frame) {
          return "JPEG scan before its frame";
        }
        scan = true;
        skipScan(in);
      }
    }
  }

  /** Reads a marker; -1 when there is something else. */
  private static int marker(ByteBuffer in) {
    if ((in.get() & 0xFF) != 0xFF) {
      return -1;
    }
    int marker = 0xFF;
    while (marker == 0xFF) {
      marker = in.get() & 0xFF;
    }
    return marker == 0 ? -1 : marker;
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /** Stops before the next marker that is not part of the entropy-coded data. */
  private static void skipScan(ByteBuffer in) {
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

  private static String sizeFault(int width, int height) {
    boolean acceptable =
        width > 0
            && height > 0
            && width <= MAX_SIDE
            && height <= MAX_SIDE
            && (long) width * height <= MAX_PIXELS;
    return acceptable
        ? null
        : width
            + " x "
            + height
            + " pixels; allowed are 1 to "
            + MAX_SIDE
            + " a side and "
            + MAX_PIXELS
            + " in all";
  }
}
