package io.sapo.pictures;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The transparency of a lossy WebP: its bytes as they are, or the green of a lossless picture
 * without its header, each perhaps as the difference to its neighbours.
 */
final class WebpAlpha {
  private static final int HORIZONTAL = 1;
  private static final int VERTICAL = 2;
  private static final int LOSSLESS_SIGNATURE = 0x2F;
  private static final int GREEN = 1;

  /** How a lossless picture is decoded. */
  interface Lossless {
    BufferedImage decode(byte[] webp) throws IOException;
  }

  private final int width;
  private final int height;
  private final byte[] plane;

  private WebpAlpha(int width, int height) {
    this.width = width;
    this.height = height;
    this.plane = new byte[Math.multiplyExact(width, height)];
  }

  /**
   * @param chunk content of the {@code ALPH} chunk
   * @return a byte for each pixel, 0 for transparent
   */
  static byte[] of(ByteBuffer chunk, int width, int height, Lossless lossless) throws IOException {
    WebpAlpha alpha = new WebpAlpha(width, height);
    int flags = chunk.get(0);
    ByteBuffer data = chunk.slice(1, chunk.limit() - 1);
    switch (flags & 3) {
      case 0 -> data.get(0, alpha.plane);
      case 1 -> alpha.green(lossless.decode(alpha.picture(data)));
      default -> throw new UnreadablePictureException("WebP with transparency of an unknown kind");
    }
    alpha.unfilter(flags >> 2 & 3);
    return alpha.plane;
  }

  /** A whole lossless picture of what is one but for its header. */
  private byte[] picture(ByteBuffer data) {
    int content = 5 + data.remaining();
    ByteBuffer webp =
        ByteBuffer.allocate(20 + content + (content & 1)).order(ByteOrder.LITTLE_ENDIAN);
    webp.put(new byte[] {'R', 'I', 'F', 'F'}).putInt(webp.capacity() - 8);
    webp.put(new byte[] {'W', 'E', 'B', 'P', 'V', 'P', '8', 'L'}).putInt(content);
    webp.put((byte) LOSSLESS_SIGNATURE).putInt(width - 1 | height - 1 << 14);
    webp.put(data.duplicate());
    return webp.array();
  }

  private void green(BufferedImage image) {
    Raster raster = image.getRaster();
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      raster.getSamples(0, y, width, 1, GREEN, row);
      for (int x = 0; x < width; x++) {
        plane[y * width + x] = (byte) row[x];
      }
    }
  }

  private void unfilter(int filter) {
    for (int at = 0; filter != 0 && at < plane.length; at++) {
      boolean first = at % width == 0;
      int left = first ? 0 : plane[at - 1] & 0xff;
      int predicted = left;
      if (at >= width) {
        int above = plane[at - width] & 0xff;
        int corner = first ? 0 : plane[at - width - 1] & 0xff;
        predicted =
            first || filter == VERTICAL
                ? above
                : filter == HORIZONTAL ? left : Math.max(0, Math.min(255, left + above - corner));
      }
      plane[at] += (byte) predicted;
    }
  }
}
