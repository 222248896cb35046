package io.sapo.pictures;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import javax.imageio.ImageReader;

/** The decoder of lossless WebP, which the JDK lacks; lossy ones are decoded by {@code vp8}. */
final class Webp {
  private Webp() {}

  static ImageReader reader() {
    return new WebPImageReaderSpi().createReaderInstance(null);
  }
}
