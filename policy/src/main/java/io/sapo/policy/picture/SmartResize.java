package io.sapo.policy.picture;

import io.sapo.pictures.UnreadablePictureException;

/**
 * Qwen2-VL's target size: both sides multiples of {@code factor}, the area within bounds, the
 * aspect ratio kept as well as that allows (Hugging Face {@code smart_resize}).
 */
record SmartResize(int height, int width) {
  private static final int MAX_ASPECT_RATIO = 200;

  static SmartResize of(int height, int width, int factor, long minPixels, long maxPixels) {
    if (Math.max(height, width) > (long) MAX_ASPECT_RATIO * Math.min(height, width)) {
      throw new UnreadablePictureException(
          "picture of %d x %d is more than %d times longer than wide"
              .formatted(width, height, MAX_ASPECT_RATIO));
    }
    long resizedHeight = (long) Math.rint((double) height / factor) * factor;
    long resizedWidth = (long) Math.rint((double) width / factor) * factor;
    if (resizedHeight * resizedWidth > maxPixels) {
      double beta = Math.sqrt((double) height * width / maxPixels);
      resizedHeight = Math.max(factor, (long) Math.floor(height / beta / factor) * factor);
      resizedWidth = Math.max(factor, (long) Math.floor(width / beta / factor) * factor);
    } else if (resizedHeight * resizedWidth < minPixels) {
      double beta = Math.sqrt((double) minPixels / ((double) height * width));
      resizedHeight = (long) Math.ceil(height * beta / factor) * factor;
      resizedWidth = (long) Math.ceil(width * beta / factor) * factor;
    }
    return new SmartResize(Math.toIntExact(resizedHeight), Math.toIntExact(resizedWidth));
  }

  /** Whether a picture of this size keeps it. */
  boolean lasts(int factor, long minPixels, long maxPixels) {
    return Math.max(height, width) <= (long) MAX_ASPECT_RATIO * Math.min(height, width)
        && of(height, width, factor, minPixels, maxPixels).equals(this);
  }
}
