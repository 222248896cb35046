package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first frame of a GIF; what follows it is not looked at.
 *
 * @param width of the canvas, which the frame does not always fill
 * @param left where the frame begins on the canvas
 * @param end first byte behind the frame
 */
record GifFile(int width, int height, int left, int top, int frameWidth, int frameHeight, int end) {
  private static final int DESCRIPTOR_AT = 6;
  private static final int TABLE_AT = 13;
  private static final int EXTENSION = 0x21;
  private static final int IMAGE = 0x2C;
  private static final byte TRAILER = 0x3B;

  PictureHeader header() {
    return new PictureHeader(PictureFormat.GIF, width, height, 1);
  }

  static GifFile parse(ByteBuffer encoded) {
    ByteBuffer in = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
    int screenWidth = in.getShort(DESCRIPTOR_AT) & 0xFFFF;
    int screenHeight = in.getShort(DESCRIPTOR_AT + 2) & 0xFFFF;
    in.position(TABLE_AT + tableBytes(in.get(DESCRIPTOR_AT + 4)));
    while (true) {
      int block = in.get() & 0xFF;
      if (block == EXTENSION) {
        in.get();
        skipBlocks(in);
      } else if (block == IMAGE) {
        return frame(in, screenWidth, screenHeight);
      } else {
        throw new UnreadablePictureException(
            block == TRAILER ? "GIF without a frame" : "GIF damaged between blocks");
      }
    }
  }

  private static GifFile frame(ByteBuffer in, int screenWidth, int screenHeight) {
    int left = in.getShort() & 0xFFFF;
    int top = in.getShort() & 0xFFFF;
    int frameWidth = in.getShort() & 0xFFFF;
    int frameHeight = in.getShort() & 0xFFFF;
    in.position(in.position() + 1 + tableBytes(in.get(in.position())));
    in.get();
    skipBlocks(in);
    int width = Math.max(screenWidth, left + frameWidth);
    int height = Math.max(screenHeight, top + frameHeight);
    PictureLimits.checkSize(width, height);
    PictureLimits.checkSize(frameWidth, frameHeight);
    return new GifFile(width, height, left, top, frameWidth, frameHeight, in.position());
  }

  private static int tableBytes(byte flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  private static void skipBlocks(ByteBuffer in) {
    int length = in.get() & 0xFF;
    while (length > 0) {
      in.position(in.position() + length);
      length = in.get() & 0xFF;
    }
  }

  /** The same picture without what follows its first frame. */
  byte[] essential(ByteBuffer in) {
    byte[] bytes = new byte[end + 1];
    in.get(0, bytes, 0, end);
    bytes[end] = TRAILER;
    return bytes;
  }
}
