package io.sapo.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** PNGs that no encoder writes. */
public final class Pngs {
  private static final long SIGNATURE = 0x89504E470D0A1A0AL;

  private Pngs() {}

  /** Chunks one after the other, with the signature before them. */
  static byte[] of(byte[]... chunks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(8).putLong(SIGNATURE).array());
    for (byte[] chunk : chunks) {
      out.writeBytes(chunk);
    }
    return out.toByteArray();
  }

  static byte[] chunk(String type, byte[] content) {
    CRC32 crc = new CRC32();
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    crc.update(name);
    crc.update(content);
    return ByteBuffer.allocate(12 + content.length)
        .putInt(content.length)
        .put(name)
        .put(content)
        .putInt((int) crc.getValue())
        .array();
  }

  static byte[] header(int width, int height, int bitDepth, int colorType) {
    byte[] content =
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put((byte) bitDepth)
            .put((byte) colorType)
            .array();
    return chunk("IHDR", content);
  }

  /** All samples zero. */
  public static byte[] black(int width, int height, int bitDepth, int colorType, int rowBytes) {
    return of(
        header(width, height, bitDepth, colorType),
        chunk("IDAT", deflatedZeros((long) height * (1 + rowBytes))),
        chunk("IEND", new byte[0]));
  }

  static byte[] deflatedZeros(long count) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    byte[] zeros = new byte[1 << 16];
    try (DeflaterOutputStream deflated = new DeflaterOutputStream(out, deflater)) {
      for (long left = count; left > 0; left -= zeros.length) {
        deflated.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      deflater.end();
    }
    return out.toByteArray();
  }
}
