package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * A PNG taken apart.
 *
 * @param transparency content of its tRNS chunk; empty without one
 * @param orientation as {@link StatedOrientation} finds it, 1 to 8
 */
record PngFile(
    int width, int height, int bitDepth, int colorType, byte[] transparency, int orientation) {
  static final int GREY = 0;
  static final int RGB = 2;
  static final int PALETTE = 3;
  static final int GREY_ALPHA = 4;
  static final int RGB_ALPHA = 6;

  private static final byte[] END = {
    0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xAE, 0x42, 0x60, (byte) 0x82
  };
  private static final int HEADER_BYTES = 13;
  private static final int MAX_TRANSPARENCY_BYTES = 256;
  private static final Set<Integer> COLOR_TYPES = Set.of(GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA);

  PictureHeader header() {
    int channels =
        switch (colorType) {
          case GREY, PALETTE -> 1;
          case GREY_ALPHA -> 2;
          case RGB -> 3;
          default -> 4;
        };
    int bytes = bitDepth == 16 ? 2 * channels : channels;
    return new PictureHeader(PictureFormat.PNG, width, height, bytes, 0);
  }

  /** Whether one grey level or colour is transparent, instead of an alpha channel. */
  boolean keyed() {
    return colorType == GREY && transparency.length == 2
        || colorType == RGB && transparency.length == 6;
  }

  static PngFile parse(ByteBuffer in) {
    PngChunks chunks = new PngChunks(in);
    if (!chunks.next() || chunks.type() != PngChunks.IHDR || chunks.length() != HEADER_BYTES) {
      throw new UnreadablePictureException("PNG without a header");
    }
    int header = chunks.content();
    int colorType = in.get(header + 9);
    PictureLimits.checkSize(in.getInt(header), in.getInt(header + 4));
    if (!COLOR_TYPES.contains(colorType)) {
      throw new UnreadablePictureException("PNG of an unknown colour type, " + colorType);
    }
    boolean data = false;
    byte[] transparency = {};
    StatedOrientation orientation = new StatedOrientation();
    while (chunks.next()) {
      data |= chunks.type() == PngChunks.IDAT;
      if (chunks.type() == PngChunks.TRNS && chunks.length() <= MAX_TRANSPARENCY_BYTES) {
        transparency = new byte[chunks.length()];
        in.get(chunks.content(), transparency);
      }
      ByteBuffer content = in.slice(chunks.content(), chunks.length());
      switch (chunks.type()) {
        case PngChunks.EXIF -> orientation.exif(content);
        case PngChunks.TEXT, PngChunks.DEFLATED_TEXT, PngChunks.INTERNATIONAL_TEXT ->
            orientation.pngText(chunks.type(), content);
        default -> {}
      }
    }
    if (!data) {
      throw new UnreadablePictureException("PNG without pixels");
    }
    return new PngFile(
        in.getInt(header),
        in.getInt(header + 4),
        in.get(header + 8),
        colorType,
        transparency,
        orientation.value());
  }

  /**
   * The same picture with nothing but what its pixels need: texts that inflate without end, colour
   * profiles and the frames of an animation are gone. So is a transparent key, which the decoder
   * looks up itself. The pixels' data is in one chunk: of a million chunks the JDK's reader makes a
   * stream each.
   */
  byte[] essential(ByteBuffer in) {
    ByteBuffer head = ByteBuffer.allocate(in.remaining());
    ByteBuffer data = ByteBuffer.allocate(in.remaining());
    head.put(in.slice(0, PngChunks.SIGNATURE_BYTES));
    PngChunks chunks = new PngChunks(in);
    while (chunks.next()) {
      if (chunks.type() == PngChunks.IDAT) {
        data.put(in.slice(chunks.content(), chunks.length()));
      } else if (data.position() == 0 && precedesPixels(chunks.type())) {
        head.put(chunks.chunk());
      }
    }
    ByteBuffer out =
        ByteBuffer.allocate(head.flip().remaining() + data.flip().remaining() + 2 * END.length);
    out.put(head);
    PngChunks.put(out, PngChunks.IDAT, data);
    return out.put(END).array();
  }

  private boolean precedesPixels(int chunk) {
    return chunk == PngChunks.IHDR
        || chunk == PngChunks.PLTE
        || chunk == PngChunks.TRNS && colorType == PALETTE;
  }
}
