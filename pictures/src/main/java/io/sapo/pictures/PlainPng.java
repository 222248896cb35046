package io.sapo.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.Deflater;

/**
 * PNG of 8-bit RGB and nothing else: no palette, no transparency, no orientation, no animation.
 * Whatever reads PNG makes the same pixels of it.
 */
public final class PlainPng {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int HEADER_BYTES = 13;
  private static final int CHUNK_BYTES = 12;
  private static final int SAMPLES = 3;
  private static final int PAETH = 4;

  /** Physical size, and what is said of colours, which no reader of pictures for models applies. */
  private static final Set<Integer> HARMLESS = Set.of(0x70485973, 0x73524742, 0x67414D41);

  private PlainPng() {}

  /**
   * Whether the bytes of which a picture was decoded are such a PNG, with all of its pixels.
   *
   * @param encoded as {@link PictureDecoder#decode} took them
   */
  public static boolean is(byte[] encoded, RgbPicture decoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    if (PictureFormat.of(in).orElse(null) != PictureFormat.PNG) {
      return false;
    }
    PngFile file = PngFile.parse(in);
    if (file.bitDepth() != 8
        || file.colorType() != PngFile.RGB
        || file.width() != decoded.width()
        || file.height() != decoded.height()) {
      return false;
    }
    PngChunks chunks = new PngChunks(in);
    while (chunks.next()) {
      int type = chunks.type();
      boolean pixels = type == PngChunks.IHDR || type == PngChunks.IDAT || type == PngChunks.IEND;
      if (!pixels && !HARMLESS.contains(type)) {
        return false;
      }
    }
    return chunks.type() == PngChunks.IEND;
  }

  /** Lossless; the rows predicted by Paeth's filter and deflated for speed. */
  public static byte[] of(RgbPicture picture) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putInt(picture.width()).putInt(picture.height());
    header.put((byte) 8).put((byte) PngFile.RGB).put(new byte[3]).flip();
    ByteBuffer data = ByteBuffer.wrap(deflated(picture));
    ByteBuffer out =
        ByteBuffer.allocate(SIGNATURE.length + HEADER_BYTES + data.remaining() + 3 * CHUNK_BYTES);
    out.put(SIGNATURE);
    PngChunks.put(out, PngChunks.IHDR, header);
    PngChunks.put(out, PngChunks.IDAT, data);
    PngChunks.put(out, PngChunks.IEND, ByteBuffer.allocate(0));
    return out.array();
  }

  private static byte[] deflated(RgbPicture picture) {
    int bytes = SAMPLES * picture.width();
    byte[] row = new byte[1 + bytes];
    row[0] = PAETH;
    byte[] piece = new byte[1 << 16];
    ByteArrayOutputStream out = new ByteArrayOutputStream(picture.rgb().length / 2 + piece.length);
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      for (int y = 0; y < picture.height(); y++) {
        filter(picture.rgb(), y, bytes, row);
        deflater.setInput(row);
        drain(deflater, piece, out);
      }
      deflater.finish();
      drain(deflater, piece, out);
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static void drain(Deflater deflater, byte[] piece, ByteArrayOutputStream out) {
    int written = deflater.deflate(piece);
    while (written > 0) {
      out.write(piece, 0, written);
      written = deflater.deflate(piece);
    }
  }

  /**
   * @param row takes the row's bytes less their predictions, behind the filter's number
   */
  private static void filter(byte[] rgb, int y, int bytes, byte[] row) {
    int at = y * bytes;
    for (int i = 0; i < bytes; i++) {
      int left = i < SAMPLES ? 0 : rgb[at + i - SAMPLES] & 0xff;
      int above = y == 0 ? 0 : rgb[at + i - bytes] & 0xff;
      int corner = y == 0 || i < SAMPLES ? 0 : rgb[at + i - bytes - SAMPLES] & 0xff;
      row[1 + i] = (byte) (rgb[at + i] - paeth(left, above, corner));
    }
  }

  /** The neighbour nearest to left + above − corner; ties in that order (PNG, 9.4). */
  private static int paeth(int left, int above, int corner) {
    int toLeft = Math.abs(above - corner);
    int toAbove = Math.abs(left - corner);
    int toCorner = Math.abs(left + above - 2 * corner);
    if (toLeft <= toAbove && toLeft <= toCorner) {
      return left;
    }
    return toAbove <= toCorner ? above : corner;
  }
}
