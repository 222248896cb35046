package io.sapo.pictures;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Walks an encoded picture to its end, so that a truncated or damaged one is found without decoding
 * it. Linear in the bytes, allocates next to nothing.
 */
public final class PictureStructure {
  private PictureStructure() {}

  /**
   * @param encoded read from its position to its limit; neither changes
   * @throws UnreadablePictureException saying what is wrong with the picture
   */
  public static PictureHeader check(ByteBuffer encoded) {
    if (encoded.remaining() > PictureLimits.MAX_ENCODED_BYTES) {
      throw new UnreadablePictureException(
          "%d bytes; at most %d are taken"
              .formatted(encoded.remaining(), PictureLimits.MAX_ENCODED_BYTES));
    }
    PictureFormat format =
        PictureFormat.of(encoded)
            .orElseThrow(
                () ->
                    new UnreadablePictureException(
                        "neither PNG, JPEG, GIF nor WebP, which are read"));
    ByteBuffer in = encoded.slice().order(ByteOrder.BIG_ENDIAN);
    try {
      return switch (format) {
        case PNG -> PngFile.parse(in).header();
        case JPEG -> JpegFile.parse(in).header();
        case GIF -> GifFile.parse(in).header();
        case WEBP -> WebpFile.parse(in).header();
      };
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      // Lengths that lead behind the end; the buffer has a type for each way of getting there.
      throw new UnreadablePictureException(format + " ends early", e);
    }
  }
}
