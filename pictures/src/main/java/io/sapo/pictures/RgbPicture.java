package io.sapo.pictures;

/**
 * A decoded picture.
 *
 * @param rgb row-major [height, width, 3], unsigned bytes; owned by the record and never written
 *     after construction
 */
public record RgbPicture(int width, int height, byte[] rgb) {
  public RgbPicture {
    if (width <= 0 || height <= 0 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          rgb.length + " bytes do not make a picture of " + width + " x " + height);
    }
  }
}
