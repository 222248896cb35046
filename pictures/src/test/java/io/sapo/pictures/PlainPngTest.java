package io.sapo.pictures;

import static io.sapo.pictures.EncodedPictures.bytes;
import static io.sapo.pictures.EncodedPictures.encode;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainPngTest {
  /** Noise in one half, a gradient in the other: every prediction is used, and bytes wrap. */
  private static RgbPicture picture(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    new Random(1).nextBytes(rgb);
    for (int i = 0; i < rgb.length / 2; i++) {
      rgb[i] = (byte) (i / 7);
    }
    return new RgbPicture(width, height, rgb);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 300", "300, 1", "57, 43", "700, 500"})
  void everyReaderFindsThePixels(int width, int height) throws IOException {
    RgbPicture picture = picture(width, height);
    byte[] png = PlainPng.of(picture);
    assertThat(PictureDecoder.decode(png).rgb()).isEqualTo(picture.rgb());
    BufferedImage read = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(read.getWidth()).isEqualTo(width);
    assertThat(read.getHeight()).isEqualTo(height);
    assertThat(read.getColorModel().hasAlpha()).isFalse();
    for (int i = 0; i < width * height; i++) {
      int rgb = read.getRGB(i % width, i / width);
      assertThat(bytes(rgb >> 16, rgb >> 8, rgb))
          .isEqualTo(Arrays.copyOfRange(picture.rgb(), 3 * i, 3 * i + 3));
    }
    assertThat(PlainPng.is(png, picture)).isTrue();
  }

  private static boolean plain(byte[] encoded) {
    return PlainPng.is(encoded, PictureDecoder.decode(encoded));
  }

  @Test
  void whatOthersWriteOfThisFormIsToo() throws IOException {
    assertThat(plain(encode(new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB), "png"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_USHORT_GRAY,
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED
      })
  void otherSamplesAreNot(int type) throws IOException {
    assertThat(plain(encode(new BufferedImage(5, 4, type), "png"))).isFalse();
  }

  @Test
  void otherFormatsAreNot() throws IOException {
    BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
    assertThat(plain(encode(image, "jpeg"))).isFalse();
    assertThat(plain(EncodedPictures.losslessWebp())).isFalse();
  }

  /** Readers differ in whether they look at them. */
  @ParameterizedTest
  @ValueSource(strings = {"eXIf", "tRNS", "acTL", "iTXt", "tEXt", "iCCP", "zTXt"})
  void aChunkThatMayChangeThePixelsIsNot(String type) {
    byte[] png = PlainPng.of(picture(5, 4));
    byte[] chunk = Pngs.chunk(type, new byte[6]);
    int header = 8 + 12 + 13;
    byte[] with =
        ByteBuffer.allocate(png.length + chunk.length)
            .put(png, 0, header)
            .put(chunk)
            .put(png, header, png.length - header)
            .array();
    assertThat(plain(with)).isFalse();
  }

  @Test
  void oneWithoutAnEndIsNot() {
    byte[] png = PlainPng.of(picture(5, 4));
    assertThat(plain(Arrays.copyOf(png, png.length - 12))).isFalse();
  }

  @Test
  void oneThatIsReadThinnedOutIsNot() {
    byte[] png = PlainPng.of(picture(6, 4));
    assertThat(PlainPng.is(png, picture(3, 2))).isFalse();
  }
}
