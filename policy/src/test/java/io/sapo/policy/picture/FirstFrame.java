package io.sapo.policy.picture;

import java.awt.Rectangle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Where the first frame of a GIF or an animated WebP lies on its canvas. */
final class FirstFrame {
  private FirstFrame() {}

  static boolean fillsItsCanvas(byte[] encoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    Rectangle frame = of(encoded);
    if (frame == null) {
      return true;
    }
    boolean gif = encoded[0] == 'G';
    int width = gif ? in.getShort(6) & 0xffff : 1 + threeBytes(in, 24);
    int height = gif ? in.getShort(8) & 0xffff : 1 + threeBytes(in, 27);
    return frame.x == 0 && frame.y == 0 && frame.width >= width && frame.height >= height;
  }

  /** Null where there is but a still picture. */
  static Rectangle of(byte[] encoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    if (encoded[0] == 'G' && encoded[1] == 'I') {
      int at = 13 + table(encoded[10]);
      while (encoded[at] == 0x21) {
        at += 2;
        while (encoded[at] != 0) {
          at += 1 + (encoded[at] & 0xff);
        }
        at++;
      }
      return new Rectangle(
          in.getShort(at + 1) & 0xffff,
          in.getShort(at + 3) & 0xffff,
          in.getShort(at + 5) & 0xffff,
          in.getShort(at + 7) & 0xffff);
    }
    int chunk = new String(encoded, StandardCharsets.ISO_8859_1).indexOf("ANMF");
    return encoded[0] != 'R' || chunk < 0
        ? null
        : new Rectangle(
            2 * threeBytes(in, chunk + 8),
            2 * threeBytes(in, chunk + 11),
            1 + threeBytes(in, chunk + 14),
            1 + threeBytes(in, chunk + 17));
  }

  private static int table(byte flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  private static int threeBytes(ByteBuffer in, int at) {
    return (in.getShort(at) & 0xffff) | (in.get(at + 2) & 0xff) << 16;
  }
}
