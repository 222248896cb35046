package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.pictures.RgbPicture;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.imageio.ImageIO;

/** Pictures of which readers make different pixels. */
final class OddPictures {
  private OddPictures() {}

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  private static BufferedImage slanted(BufferedImage image) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, 0xff000000 | 2 * x << 16 | 3 * y << 8 | (x + y) % 200);
      }
    }
    return image;
  }

  /** Lies on its side; as many tokens either way. */
  static byte[] turnedJpeg() throws IOException {
    byte[] jpeg = encoded(slanted(new BufferedImage(112, 56, BufferedImage.TYPE_INT_RGB)), "jpeg");
    byte[] exif =
        HexFormat.of()
            .parseHex(
                "ffe10022457869660000"
                    + "4d4d002a00000008"
                    + "0001011200030000000100060000"
                    + "00000000");
    return ByteBuffer.allocate(jpeg.length + exif.length)
        .put(jpeg, 0, 2)
        .put(exif)
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }

  /** A palette whose first colour, red, is transparent. */
  static byte[] paletteWithTransparency() throws IOException {
    byte[] red = {(byte) 255, 0, 9};
    byte[] rest = {0, 100, (byte) 200};
    IndexColorModel palette = new IndexColorModel(8, 3, red, rest, rest, 0);
    BufferedImage image = new BufferedImage(56, 56, BufferedImage.TYPE_BYTE_INDEXED, palette);
    for (int i = 0; i < 56 * 56; i++) {
      image.getRaster().setSample(i % 56, i / 56, 0, i / 5 % 3);
    }
    byte[] png = encoded(image, "png");
    assertThat(new String(png, StandardCharsets.ISO_8859_1)).contains("PLTE", "tRNS");
    return png;
  }

  /** Of a size that is resized, which decoders do by different filters. */
  static byte[] large() throws IOException {
    return encoded(slanted(new BufferedImage(130, 97, BufferedImage.TYPE_INT_RGB)), "png");
  }

  /** What a reader that knows neither EXIF nor transparency makes of it. */
  static RgbPicture bare(byte[] png) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getType()).isEqualTo(BufferedImage.TYPE_3BYTE_BGR);
    ByteBuffer rgb = ByteBuffer.allocate(3 * image.getWidth() * image.getHeight());
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int pixel = image.getRGB(x, y);
        rgb.put((byte) (pixel >> 16)).put((byte) (pixel >> 8)).put((byte) pixel);
      }
    }
    return new RgbPicture(image.getWidth(), image.getHeight(), rgb.array());
  }
}
