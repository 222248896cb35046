package io.sapo.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first frame of a GIF; what follows it is not looked at.
 *
 * @param width of the canvas, which the frame does not always fill
 * @param left where the frame begins on the canvas
 * @param head what stands before all blocks: sizes and the colours of all frames
 * @param control the block that says which colour is transparent; empty without one
 * @param frame the block of the frame, with its own colours and its pixels
 */
record GifFile(
    int width,
    int height,
    int left,
    int top,
    int frameWidth,
    int frameHeight,
    Part head,
    Part control,
    Part frame) {
  private static final int DESCRIPTOR_AT = 6;
  private static final int TABLE_AT = 13;
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xF9;
  private static final int IMAGE = 0x2C;
  private static final byte TRAILER = 0x3B;

  /** Bytes [start, end) of the file. */
  record Part(int start, int end) {
    private ByteBuffer of(ByteBuffer in) {
      return in.slice(start, end - start);
    }
  }

  PictureHeader header() {
    return new PictureHeader(PictureFormat.GIF, width, height, 1, 0);
  }

  static GifFile parse(ByteBuffer encoded) {
    ByteBuffer in = encoded.slice().order(ByteOrder.LITTLE_ENDIAN);
    int screenWidth = in.getShort(DESCRIPTOR_AT) & 0xFFFF;
    int screenHeight = in.getShort(DESCRIPTOR_AT + 2) & 0xFFFF;
    in.position(TABLE_AT + tableBytes(in.get(DESCRIPTOR_AT + 4)));
    Part head = new Part(0, in.position());
    Part control = new Part(0, 0);
    while (true) {
      int start = in.position();
      int block = in.get() & 0xFF;
      if (block == EXTENSION) {
        int kind = in.get() & 0xFF;
        skipBlocks(in);
        control = kind == GRAPHIC_CONTROL ? new Part(start, in.position()) : control;
      } else if (block == IMAGE) {
        return frame(in, screenWidth, screenHeight, head, control);
      } else {
        throw new UnreadablePictureException(
            block == TRAILER ? "GIF without a frame" : "GIF damaged between blocks");
      }
    }
  }

  private static GifFile frame(
      ByteBuffer in, int screenWidth, int screenHeight, Part head, Part control) {
    int start = in.position() - 1;
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
    Part frame = new Part(start, in.position());
    return new GifFile(width, height, left, top, frameWidth, frameHeight, head, control, frame);
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

  /**
   * The same picture without comments and the like, which the JDK's reader puts together in time
   * that grows with their square, and without what follows its first frame.
   */
  byte[] essential(ByteBuffer in) {
    ByteBuffer out = ByteBuffer.allocate(in.remaining() + 1);
    out.put(head.of(in)).put(control.of(in)).put(frame.of(in)).put(TRAILER);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }
}
