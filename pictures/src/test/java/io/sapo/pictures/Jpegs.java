package io.sapo.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** JPEGs that no encoder writes: grey, of next to no bytes. */
final class Jpegs {
  private static final int SCAN = 0xDA;
  private static final int TABLE = 0xC4;

  /** One code, of one bit; it stands for nothing, or for a run of blocks that have nothing. */
  private static final byte[] ONE_CODE = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Jpegs(int frame, int side, int components) {
    out.write(0xFF);
    out.write(0xD8);
    byte[] quantization = new byte[65];
    java.util.Arrays.fill(quantization, 1, 65, (byte) 1);
    segment(0xDB, quantization);
    ByteBuffer content = ByteBuffer.allocate(6 + 3 * components);
    content.put((byte) 8).putShort((short) side).putShort((short) side).put((byte) components);
    for (int i = 1; i <= components; i++) {
      content.put((byte) i).put((byte) 0x11).put((byte) 0);
    }
    segment(frame, content.array());
  }

  /** Every scan is over all blocks, and says of all of them that they have nothing. */
  static byte[] progressive(int side, int scans) {
    Jpegs jpeg = new Jpegs(0xC2, side, 1);
    jpeg.table(0x10, 0xE0);
    for (int i = 0; i < scans; i++) {
      jpeg.segment(SCAN, new byte[] {1, 1, 0, 1, 63, 0});
      for (int blocks = side * side / 64; blocks > 0; blocks -= 1 << 14) {
        jpeg.out.write(0);
        jpeg.out.write(0);
      }
    }
    return jpeg.ended();
  }

  /** Each of three colours in a scan of its own. */
  static byte[] colourAfterColour(int side) {
    Jpegs jpeg = new Jpegs(0xC0, side, 3);
    jpeg.table(0x00, 0);
    jpeg.table(0x10, 0);
    for (int i = 1; i <= 3; i++) {
      jpeg.segment(SCAN, new byte[] {1, (byte) i, 0, 0, 63, 0});
      jpeg.out.writeBytes(new byte[side * side / 64 / 4]);
    }
    return jpeg.ended();
  }

  private void table(int place, int symbol) {
    segment(
        TABLE, ByteBuffer.allocate(18).put((byte) place).put(ONE_CODE).put((byte) symbol).array());
  }

  private void segment(int marker, byte[] content) {
    out.writeBytes(
        ByteBuffer.allocate(4 + content.length)
            .put((byte) 0xFF)
            .put((byte) marker)
            .putShort((short) (2 + content.length))
            .put(content)
            .array());
  }

  private byte[] ended() {
    out.write(0xFF);
    out.write(0xD9);
    return out.toByteArray();
  }
}
