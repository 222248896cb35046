package io.sapo.pictures;

import io.sapo.pictures.vp8l.LosslessFrame;
import java.nio.ByteBuffer;

/**
 * The transparency of a lossy WebP: its bytes as they are, or the green of a lossless picture
 * without its header, each perhaps as the difference to its neighbours.
 */
final class WebpAlpha {
  private static final int HORIZONTAL = 1;
  private static final int VERTICAL = 2;

  private final int width;
  private final byte[] plane;

  private WebpAlpha(int width, int height) {
    this.width = width;
    this.plane = new byte[Math.multiplyExact(width, height)];
  }

  /**
   * @param chunk content of the {@code ALPH} chunk
   * @return a byte for each pixel, 0 for transparent
   */
  static byte[] of(ByteBuffer chunk, int width, int height) {
    WebpAlpha alpha = new WebpAlpha(width, height);
    int flags = chunk.get(0);
    ByteBuffer data = chunk.slice(1, chunk.limit() - 1);
    switch (flags & 3) {
      case 0 -> data.get(0, alpha.plane);
      case 1 -> alpha.green(LosslessFrame.headless(data, width, height));
      default -> throw new UnreadablePictureException("WebP with transparency of an unknown kind");
    }
    alpha.unfilter(flags >> 2 & 3);
    return alpha.plane;
  }

  private void green(int[] argb) {
    for (int i = 0; i < plane.length; i++) {
      plane[i] = (byte) (argb[i] >> 8);
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
