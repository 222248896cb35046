package io.sapo.pictures;

import io.sapo.pictures.vp8.KeyFrame;
import io.sapo.pictures.vp8l.LosslessFrame;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * PNG, JPEG, GIF and WebP bytes to RGB, as a person sees them: white behind transparency, turned as
 * the EXIF tag says, the first frame of an animation, the high byte of 16 bits. Colour profiles are
 * not applied. The result is a function of the bytes alone.
 *
 * <p>A picture that would take more than {@link PictureLimits#MAX_DECODED_BYTES} is read at every
 * second (third, …) row and column. All threads of the process together take no more than that at a
 * time; one that must be held whole and takes more is decoded alone.
 */
public final class PictureDecoder {
  private static final int MIB = 1 << 20;
  private static final int MOST_MIB = (int) (PictureLimits.MAX_DECODED_BYTES / MIB) + 1;
  private static final Semaphore BUDGET_MIB = new Semaphore(MOST_MIB, true);

  private PictureDecoder() {}

  /**
   * @throws UnreadablePictureException with the reason, when the bytes are no such picture, are
   *     damaged or exceed the limits
   */
  public static RgbPicture decode(byte[] encoded) {
    PictureHeader header = PictureStructure.check(ByteBuffer.wrap(encoded));
    int cost = (int) Math.min(MOST_MIB, header.decodedBytes() / MIB + 1);
    BUDGET_MIB.acquireUninterruptibly(cost);
    try {
      return decode(encoded, header);
    } catch (OutOfMemoryError e) {
      OutOfMemoryError named =
          new OutOfMemoryError(
              "heap memory ended while a %s picture of %d x %d pixels was decoded; give more, or"
                      .formatted(header.format(), header.width(), header.height())
                  + " make the pictures smaller");
      named.initCause(e);
      throw named;
    } finally {
      BUDGET_MIB.release(cost);
    }
  }

  private static RgbPicture decode(byte[] encoded, PictureHeader header) {
    ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.BIG_ENDIAN);
    int step = header.subsampling();
    try {
      return switch (header.format()) {
        case PNG -> png(in, step);
        case JPEG -> jpeg(in, step);
        case GIF -> gif(in, step);
        case WEBP -> webp(in, step);
      };
    } catch (UnreadablePictureException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Damaged bytes surface as many unchecked types: index, argument, arithmetic, null.
      throw new UnreadablePictureException(
          "damaged %s: %s".formatted(header.format(), e.getMessage()), e);
    }
  }

  private static RgbPicture png(ByteBuffer in, int step) throws IOException {
    PngFile file = PngFile.parse(in);
    BufferedImage image = read(jdk("png"), file.essential(in), reader -> image(reader, step));
    return Orientation.upright(
        file.keyed() ? Samples.keyed(image, file.transparency()) : Samples.rgb(image),
        file.orientation());
  }

  private static RgbPicture jpeg(ByteBuffer in, int step) throws IOException {
    JpegFile file = JpegFile.parse(in);
    byte[] essential = file.essential(in);
    RgbPicture picture;
    if (file.components() == 4) {
      Raster raster =
          read(jdk("jpeg"), essential, reader -> reader.readRaster(0, thinned(reader, step)));
      picture = Cmyk.rgb(raster, file.luminance());
    } else {
      picture = Samples.rgb(read(jdk("jpeg"), essential, reader -> image(reader, step)));
    }
    return Orientation.upright(picture, file.orientation());
  }

  private static RgbPicture gif(ByteBuffer in, int step) throws IOException {
    GifFile file = GifFile.parse(in);
    RgbPicture frame =
        Samples.rgb(read(jdk("gif"), file.essential(in), reader -> image(reader, step)));
    return Canvas.place(
        frame, file.left() / step, file.top() / step, file.width() / step, file.height() / step);
  }

  private static RgbPicture webp(ByteBuffer in, int step) {
    WebpFile file = WebpFile.parse(in);
    RgbPicture frame = file.lossy() ? lossy(file, step) : lossless(file, step);
    RgbPicture canvas =
        Canvas.place(
            frame,
            file.left() / step,
            file.top() / step,
            file.width() / step,
            file.height() / step);
    return Orientation.upright(canvas, file.orientation());
  }

  private static RgbPicture lossless(WebpFile file, int step) {
    LosslessFrame frame = LosslessFrame.of(file.frame());
    return Samples.argb(frame.argb(), frame.width(), frame.height(), frame.translucent(), step);
  }

  private static RgbPicture lossy(WebpFile file, int step) {
    RgbPicture opaque =
        new RgbPicture(
            PictureHeader.thinned(file.frameWidth(), step),
            PictureHeader.thinned(file.frameHeight(), step),
            KeyFrame.rgb(file.frame(), step));
    if (file.alpha() == null) {
      return opaque;
    }
    byte[] alpha = WebpAlpha.of(file.alpha(), file.frameWidth(), file.frameHeight());
    return Samples.overWhite(opaque, alpha, file.frameWidth(), step);
  }

  private interface Reading<R> {
    R from(ImageReader reader) throws IOException;
  }

  private static <R> R read(ImageReader reader, byte[] encoded, Reading<R> reading)
      throws IOException {
    try (ImageInputStream input =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
      reader.setInput(input, true, true);
      return reading.from(reader);
    } finally {
      reader.dispose();
    }
  }

  private static BufferedImage image(ImageReader reader, int step) throws IOException {
    return reader.read(0, thinned(reader, step));
  }

  private static ImageReadParam thinned(ImageReader reader, int step) {
    ImageReadParam param = reader.getDefaultReadParam();
    param.setSourceSubsampling(step, step, 0, 0);
    return param;
  }

  /** The JDK's own: what else lies on the class path must not change a pixel. */
  private static ImageReader jdk(String format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getName().startsWith("com.sun.imageio.")) {
        return reader;
      }
      reader.dispose();
    }
    throw new IllegalStateException("this Java runtime cannot read " + format);
  }
}
