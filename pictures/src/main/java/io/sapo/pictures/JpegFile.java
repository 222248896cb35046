package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A JPEG taken apart.
 *
 * @param components 1 for grey, 3 for colour, 4 for CMYK
 * @param luminance whether components are luminance and chrominance (YCbCr, YCCK), told as libjpeg
 *     tells it: by the JFIF and Adobe markers, else by the components' names
 * @param orientation as {@link StatedOrientation} finds it, 1 to 8
 * @param coefficients bytes of those that the decoder keeps from the first scan to the last
 */
record JpegFile(
    int width, int height, int components, boolean luminance, int orientation, long coefficients) {
  private static final int LAST_USUAL_FRAME = 0xC2;
  private static final int PROGRESSIVE = 0xC2;
  private static final long JFIF = 0x4A464946_00L;
  private static final long ADOBE = 0x41646F6265L;
  private static final int RGB_NAMES = 0x524742;
  private static final byte[] ADOBE_SEGMENT = {
    (byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  PictureHeader header() {
    return new PictureHeader(PictureFormat.JPEG, width, height, components, coefficients);
  }

  static JpegFile parse(ByteBuffer in) {
    JpegSegments segments = new JpegSegments(in);
    ByteBuffer frame = null;
    int kind = 0;
    int scans = 0;
    long coefficients = 0;
    boolean jfif = false;
    int adobe = -1;
    StatedOrientation orientation = new StatedOrientation();
    while (segments.next()) {
      ByteBuffer content = segments.content().order(ByteOrder.BIG_ENDIAN);
      if (segments.frame() && frame == null) {
        frame = frame(segments.marker(), content);
        kind = segments.marker();
      }
      switch (segments.marker()) {
        case JpegSegments.APP0 -> jfif |= name(content) == JFIF;
        case JpegSegments.APP14 -> {
          if (content.remaining() >= 12 && name(content) == ADOBE) {
            adobe = content.get(11) & 0xFF;
          }
        }
        case JpegSegments.APP1 -> orientation.jpegSegment(content);
        case JpegSegments.SCAN -> {
          if (frame == null) {
            throw new UnreadablePictureException("JPEG scan before its frame");
          }
          if (scans++ == 0 && (kind == PROGRESSIVE || content.get(0) < frame.get(5))) {
            coefficients = coefficients(frame);
          }
        }
        default -> {}
      }
    }
    if (scans == 0) {
      throw new UnreadablePictureException("JPEG without pixels");
    }
    checkScans(scans, frame);
    int components = frame.get(5);
    return new JpegFile(
        frame.getShort(3) & 0xFFFF,
        frame.getShort(1) & 0xFFFF,
        components,
        luminance(components, jfif, adobe, frame),
        orientation.value(),
        coefficients);
  }

  private static ByteBuffer frame(int marker, ByteBuffer content) {
    if (marker > LAST_USUAL_FRAME) {
      throw new UnreadablePictureException(
          "JPEG of an unusual kind (lossless, arithmetic or hierarchical)");
    }
    int precision = content.get(0);
    int height = content.getShort(1) & 0xFFFF;
    int width = content.getShort(3) & 0xFFFF;
    int components = content.get(5);
    PictureLimits.checkSize(width, height);
    if (precision != 8 || components != 1 && components != 3 && components != 4) {
      throw new UnreadablePictureException(
          "JPEG with %d components of %d bits; taken are 1, 3 or 4 of 8"
              .formatted(components, precision));
    }
    return content;
  }

  /** Of a picture whose pixels are not all in its first scan: the decoder keeps them to the end. */
  private static long coefficients(ByteBuffer frame) {
    long coefficients = 2 * samples(frame);
    if (coefficients > PictureLimits.MAX_COEFFICIENT_BYTES) {
      throw new UnreadablePictureException(
          "JPEG of several scans and %d x %d pixels, which takes %d MiB to decode; at most %d are given"
              .formatted(
                  frame.getShort(3) & 0xFFFF,
                  frame.getShort(1) & 0xFFFF,
                  coefficients >> 20,
                  PictureLimits.MAX_COEFFICIENT_BYTES >> 20));
    }
    return coefficients;
  }

  /** A scan of some bytes may be about all pixels, and the decoder goes through them for each. */
  private static void checkScans(int scans, ByteBuffer frame) {
    if (scans * samples(frame) > PictureLimits.MAX_SCANNED_SAMPLES) {
      throw new UnreadablePictureException(
          "JPEG of %d scans over %d x %d pixels; at most %d are taken of that size"
              .formatted(
                  scans,
                  frame.getShort(3) & 0xFFFF,
                  frame.getShort(1) & 0xFFFF,
                  PictureLimits.MAX_SCANNED_SAMPLES / samples(frame)));
    }
  }

  private static long samples(ByteBuffer frame) {
    return (long) (frame.getShort(3) & 0xFFFF) * (frame.getShort(1) & 0xFFFF) * frame.get(5);
  }

  private static long name(ByteBuffer content) {
    return content.remaining() < 8 ? 0 : content.getLong(0) >>> 24;
  }

  private static boolean luminance(int components, boolean jfif, int adobe, ByteBuffer frame) {
    return switch (components) {
      case 3 -> jfif || (adobe >= 0 ? adobe != 0 : names(frame) != RGB_NAMES);
      case 4 -> adobe > 0;
      default -> false;
    };
  }

  private static int names(ByteBuffer frame) {
    return (frame.get(6) & 0xFF) << 16 | (frame.get(9) & 0xFF) << 8 | frame.get(12) & 0xFF;
  }

  /**
   * The same picture without application data and comments: colour profiles, thumbnails and the
   * like, whose damage would keep the JDK from reading the pixels. One marker says how the
   * components are meant, so that no decoder has to guess.
   */
  byte[] essential(ByteBuffer in) {
    ByteBuffer out = ByteBuffer.allocate(in.remaining() + ADOBE_SEGMENT.length);
    out.putShort((short) 0xFFD8);
    if (components > 1) {
      out.put(ADOBE_SEGMENT);
      // Four are never converted by the decoder, so that they are in one way, by Cmyk.
      out.put(out.position() - 1, (byte) (luminance && components == 3 ? 1 : 0));
    }
    JpegSegments segments = new JpegSegments(in);
    while (segments.next()) {
      boolean dropped =
          segments.marker() >= JpegSegments.APP0 && segments.marker() <= JpegSegments.APP15
              || segments.marker() == JpegSegments.COMMENT;
      if (!dropped) {
        out.put(segments.segment());
      }
    }
    out.putShort((short) 0xFFD9);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }
}
