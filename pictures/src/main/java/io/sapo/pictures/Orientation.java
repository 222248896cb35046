package io.sapo.pictures;

/** Turns a picture as its EXIF orientation says. */
final class Orientation {
  private Orientation() {}

  /**
   * @param orientation 1 (as stored) to 8; even ones but 4 mirror columns, from 5 on rows and
   *     columns change places
   */
  static RgbPicture upright(RgbPicture stored, int orientation) {
    if (orientation <= 1) {
      return stored;
    }
    boolean transposed = orientation >= 5;
    boolean mirrored = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    boolean upsideDown =
        orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    int width = transposed ? stored.height() : stored.width();
    int height = transposed ? stored.width() : stored.height();
    byte[] rgb = new byte[stored.rgb().length];
    int next = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = mirrored ? width - 1 - x : x;
        int row = upsideDown ? height - 1 - y : y;
        int from = 3 * (transposed ? column * stored.width() + row : row * stored.width() + column);
        rgb[next++] = stored.rgb()[from];
        rgb[next++] = stored.rgb()[from + 1];
        rgb[next++] = stored.rgb()[from + 2];
      }
    }
    return new RgbPicture(width, height, rgb);
  }
}
