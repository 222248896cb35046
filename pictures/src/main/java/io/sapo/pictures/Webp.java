package io.sapo.pictures;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import javax.imageio.ImageReader;

/** The decoder of WebP, which the JDK lacks. */
final class Webp {
  private Webp() {}

  static ImageReader reader() {
    return new WebPImageReaderSpi().createReaderInstance(null);
  }
}
