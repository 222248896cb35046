package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first frame of a WebP.
 *
 * @param width of the canvas, which the frame of an animation does not always fill
 * @param left where the frame begins on the canvas
 * @param alpha content of the lossy kind's transparency chunk; null without one
 * @param pixels its chunk, with its header
 * @param orientation as {@link StatedOrientation} finds it, 1 to 8
 */
record WebpFile(
    int width,
    int height,
    int left,
    int top,
    int frameWidth,
    int frameHeight,
    ByteBuffer alpha,
    ByteBuffer pixels,
    int orientation) {
  private static final int RIFF_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int FRAME_HEADER_BYTES = 16;
  private static final int VP8 = tag("VP8 ");
  private static final int VP8L = tag("VP8L");
  private static final int VP8X = tag("VP8X");
  private static final int ALPH = tag("ALPH");
  private static final int ANMF = tag("ANMF");
  private static final int EXIF = tag("EXIF");
  private static final int XMP = tag("XMP ");

  private static final int SAMPLE_BYTES = 4;
  private static final int LOSSY_BYTES = 2;
  private static final int LOSSLESS_BYTES = 6;

  private static int tag(String name) {
    return name.charAt(0) | name.charAt(1) << 8 | name.charAt(2) << 16 | name.charAt(3) << 24;
  }

  PictureHeader header() {
    return new PictureHeader(PictureFormat.WEBP, width, height, SAMPLE_BYTES, wholeBytes());
  }

  /** Pixels or planes of the frame, and what they, or its transparency, are unpacked from. */
  private long wholeBytes() {
    long pixels = (long) frameWidth * frameHeight;
    if (!lossy()) {
      return pixels * LOSSLESS_BYTES;
    }
    return pixels * (alpha == null ? LOSSY_BYTES : LOSSY_BYTES + LOSSLESS_BYTES + 1);
  }

  /** What the chunks say until the end or, in an animation, until its first frame. */
  private static final class Found {
    int width;
    int height;
    int left;
    int top;
    ByteBuffer alpha;
    ByteBuffer pixels;
    final StatedOrientation orientation = new StatedOrientation();
  }

  static WebpFile parse(ByteBuffer encoded) {
    ByteBuffer in = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
    long size = in.getInt(4) & 0xFFFFFFFFL;
    if (size > in.remaining() - 8) {
      throw new UnreadablePictureException("WebP ends early");
    }
    Found found = new Found();
    walk(in.slice(RIFF_HEADER_BYTES, (int) size - 4), found, true);
    if (found.pixels == null) {
      throw new UnreadablePictureException("WebP without pixels");
    }
    int[] frame = frameSize(found.pixels);
    int width = Math.max(found.width, found.left + frame[0]);
    int height = Math.max(found.height, found.top + frame[1]);
    PictureLimits.checkSize(width, height);
    PictureLimits.checkSize(frame[0], frame[1]);
    checkDecodable(frame);
    return new WebpFile(
        width,
        height,
        found.left,
        found.top,
        frame[0],
        frame[1],
        found.alpha,
        found.pixels,
        found.orientation.value());
  }

  /**
   * @param whole whether it is the file that is gone through, and not a frame of it
   */
  private static void walk(ByteBuffer chunks, Found found, boolean whole) {
    ByteBuffer in = chunks.order(ByteOrder.LITTLE_ENDIAN);
    while (in.remaining() >= CHUNK_HEADER_BYTES) {
      int start = in.position();
      int type = in.getInt();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new UnreadablePictureException("WebP ends early");
      }
      ByteBuffer content = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer chunk =
          in.slice(start, CHUNK_HEADER_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
      in.position(Math.min(in.limit(), in.position() + length + (length & 1)));
      if (type == VP8X) {
        found.width = 1 + threeBytes(content, 4);
        found.height = 1 + threeBytes(content, 7);
      } else if (type == ANMF && whole && found.pixels == null) {
        found.left = 2 * threeBytes(content, 0);
        found.top = 2 * threeBytes(content, 3);
        walk(content.slice(FRAME_HEADER_BYTES, length - FRAME_HEADER_BYTES), found, false);
      } else if (type == ALPH && found.pixels == null) {
        found.alpha = content;
      } else if ((type == VP8 || type == VP8L) && found.pixels == null) {
        found.pixels = chunk;
      } else if (type == EXIF) {
        found.orientation.exif(content);
      } else if (type == XMP) {
        found.orientation.xmp(content);
      }
    }
  }

  private static int[] frameSize(ByteBuffer pixels) {
    if (pixels.getInt(0) == VP8) {
      if (threeBytes(pixels, CHUNK_HEADER_BYTES + 3) != 0x2A019D) {
        throw new UnreadablePictureException("WebP does not begin with a key frame");
      }
      int at = CHUNK_HEADER_BYTES + 6;
      return new int[] {pixels.getShort(at) & 0x3FFF, pixels.getShort(at + 2) & 0x3FFF};
    }
    if (pixels.get(CHUNK_HEADER_BYTES) != 0x2F) {
      throw new UnreadablePictureException("lossless WebP without its signature");
    }
    int sizes = pixels.getInt(CHUNK_HEADER_BYTES + 1);
    return new int[] {1 + (sizes & 0x3FFF), 1 + (sizes >>> 14 & 0x3FFF)};
  }

  /** Whether its pixels are a key frame of VP8. */
  boolean lossy() {
    return pixels.getInt(0) == VP8;
  }

  /** The content of the chunk that holds the first frame's pixels. */
  ByteBuffer frame() {
    return pixels.slice(CHUNK_HEADER_BYTES, pixels.capacity() - CHUNK_HEADER_BYTES);
  }

  /** The decoder holds the whole frame, thinned out or not. */
  private static void checkDecodable(int[] frame) {
    long bytes = (long) frame[0] * frame[1] * SAMPLE_BYTES;
    if (bytes > PictureLimits.MAX_DECODED_BYTES) {
      throw new UnreadablePictureException(
          "WebP of %d x %d pixels, which takes %d MiB to decode; at most %d are given"
              .formatted(frame[0], frame[1], bytes >> 20, PictureLimits.MAX_DECODED_BYTES >> 20));
    }
  }

  private static int threeBytes(ByteBuffer in, int at) {
    return (in.getShort(at) & 0xFFFF) | (in.get(at + 2) & 0xFF) << 16;
  }
}
