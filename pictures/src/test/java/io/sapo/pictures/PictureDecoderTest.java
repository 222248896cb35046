package io.sapo.pictures;

import static io.sapo.pictures.EncodedPictures.bytes;
import static io.sapo.pictures.EncodedPictures.encode;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Point;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderTest {
  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_USHORT_GRAY,
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED
      })
  void samplesAreTakenAsStored(int type) throws IOException {
    BufferedImage image = new BufferedImage(60, 57, type);
    for (int x = 0; x < 60; x++) {
      for (int y = 0; y < 57; y++) {
        image.setRGB(x, y, (x + y) % 2 == 0 ? 0xffffffff : 0xff000000);
      }
    }
    RgbPicture picture = PictureDecoder.decode(encode(image, "png"));
    assertThat(picture.width()).isEqualTo(60);
    for (int i = 0; i < picture.rgb().length; i++) {
      int pixel = i / 3;
      assertThat(picture.rgb()[i] & 0xff).isEqualTo((pixel % 60 + pixel / 60) % 2 == 0 ? 255 : 0);
    }
  }

  @Test
  void greyIsNotGammaCorrected() throws IOException {
    BufferedImage image = new BufferedImage(30, 30, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(3, 0, 0, 100);
    RgbPicture picture = PictureDecoder.decode(encode(image, "png"));
    assertThat(Arrays.copyOfRange(picture.rgb(), 9, 12)).containsOnly((byte) 100);
  }

  @Test
  void jpegIsRead() throws IOException {
    BufferedImage image = new BufferedImage(60, 40, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 60; x++) {
      for (int y = 0; y < 40; y++) {
        image.setRGB(x, y, 0xff3070b0);
      }
    }
    RgbPicture picture = PictureDecoder.decode(encode(image, "jpeg"));
    int[] expected = {0x30, 0x70, 0xb0};
    for (int channel = 0; channel < 3; channel++) {
      assertThat(picture.rgb()[channel] & 0xff)
          .isBetween(expected[channel] - 3, expected[channel] + 3);
    }
  }

  @Test
  void sixteenBitsKeepTheirHighByte() throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSample(1, 0, 0, 0x12FF);
    RgbPicture picture = PictureDecoder.decode(encode(image, "png"));
    assertThat(Arrays.copyOfRange(picture.rgb(), 3, 6)).containsOnly((byte) 0x12);
  }

  @Test
  void whiteLiesBehindTransparency() throws IOException {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00FF0000);
    image.setRGB(1, 0, 0x80000000);
    image.setRGB(2, 0, 0xFF102030);
    byte[] rgb = PictureDecoder.decode(encode(image, "png")).rgb();
    assertThat(rgb).isEqualTo(bytes(255, 255, 255, 127, 127, 127, 0x10, 0x20, 0x30));
  }

  @Test
  void aTransparentGreyLevelIsWhite() {
    byte[] png =
        Pngs.of(
            Pngs.header(2, 1, 8, PngFile.GREY),
            Pngs.chunk("tRNS", bytes(0, 0)),
            Pngs.chunk("IDAT", Pngs.deflatedZeros(3)),
            Pngs.chunk("IEND", new byte[0]));
    assertThat(PictureDecoder.decode(png).rgb()).containsOnly((byte) 255);
  }

  /** The same pixels stored eight ways, each with the tag that turns them upright. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void orientationIsHonoured(int orientation) throws IOException {
    BufferedImage upright = new BufferedImage(48, 32, BufferedImage.TYPE_BYTE_GRAY);
    boolean turned = orientation >= 5;
    BufferedImage stored =
        new BufferedImage(turned ? 32 : 48, turned ? 48 : 32, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 48; x++) {
        upright.getRaster().setSample(x, y, 0, 2 * x + 3 * y);
        int column = (orientation - 1) % 4 == 1 || (orientation - 1) % 4 == 2 ? 47 - x : x;
        int row = (orientation - 1) % 4 >= 2 ? 31 - y : y;
        int[] at =
            switch (orientation) {
              case 5 -> new int[] {y, x};
              case 6 -> new int[] {y, 47 - x};
              case 7 -> new int[] {31 - y, 47 - x};
              case 8 -> new int[] {31 - y, x};
              default -> new int[] {column, row};
            };
        stored.getRaster().setSample(at[0], at[1], 0, 2 * x + 3 * y);
      }
    }
    byte[] jpeg = withOrientation(encode(stored, "jpeg"), orientation);
    RgbPicture picture = PictureDecoder.decode(jpeg);
    assertThat(picture.width()).isEqualTo(48);
    for (int i = 0; i < picture.rgb().length; i += 3) {
      int expected = upright.getRaster().getSample(i / 3 % 48, i / 3 / 48, 0);
      assertThat(picture.rgb()[i] & 0xff).isBetween(expected - 4, expected + 4);
    }
  }

  @Test
  void aFrameThatDoesNotFillItsCanvasStandsOnWhite() throws IOException {
    byte[] gif = encode(new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED), "gif");
    gif[6] = 3;
    gif[8] = 2;
    RgbPicture picture = PictureDecoder.decode(gif);
    assertThat(picture.width()).isEqualTo(3);
    assertThat(picture.height()).isEqualTo(2);
    assertThat(picture.rgb())
        .startsWith(bytes(0, 0, 0, 0, 0, 0, 255, 255, 255))
        .endsWith(bytes(255, 255, 255));
  }

  /** Nothing is missing that is to be seen. */
  @Test
  void aPngMayEndBehindItsPixels() throws IOException {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(1, 1, 0x102030);
    byte[] png = encode(image, "png");
    byte[] rgb = PictureDecoder.decode(png).rgb();
    for (int cut : new int[] {4, 8, 12}) {
      assertThat(PictureDecoder.decode(Arrays.copyOf(png, png.length - cut)).rgb()).isEqualTo(rgb);
    }
  }

  /** Ink as stored (transform 0), or as luminance and chrominance (2, and 1 taken for it). */
  @ParameterizedTest
  @CsvSource({"0, 78, 100, 100", "1, 122, 122, 122", "2, 122, 122, 122"})
  void printersColoursAreStoredInTwoWays(int transform, int red, int green, int blue)
      throws IOException {
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 8, 8, 4, new Point());
    for (int i = 0; i < 64; i++) {
      raster.setPixel(i % 8, i / 8, new int[] {100, 128, 128, 200});
    }
    byte[] jpeg = EncodedPictures.cmyk(raster, transform);
    assertThat(PictureDecoder.decode(jpeg).rgb()).startsWith(bytes(red, green, blue));
  }

  /** As libwebp has them: loop filter and interpolated colours included. */
  @Test
  void aLossyWebpIsDecodedAlike() {
    RgbPicture picture = PictureDecoder.decode(EncodedPictures.lossyWebp());
    assertThat(List.of(picture.width(), picture.height())).isEqualTo(List.of(17, 15));
    assertThat(PictureHash.of(picture.rgb()))
        .isEqualTo("f8d6cd35745aa88fe4cb8e7c2de70c73345bf31bdc9d33b004ca55cc4048d5ca");
  }

  @Test
  void aLosslessWebpIsDecodedAlike() {
    RgbPicture picture = PictureDecoder.decode(EncodedPictures.losslessWebp());
    assertThat(List.of(picture.width(), picture.height())).isEqualTo(List.of(50, 40));
    assertThat(PictureHash.of(picture.rgb()))
        .isEqualTo("c31180169d1c28b147ea1484f49cc7de5d23ee93cb270311161046288b0bdec1");
  }

  @Test
  void aPngsOrientationTagIsHonouredToo() throws IOException {
    BufferedImage lying = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    lying.setRGB(0, 0, 0xFF0000);
    byte[] png = encode(lying, "png");
    byte[] segment = withOrientation(new byte[2], 6);
    byte[] tiff = Arrays.copyOfRange(segment, 2 + 4 + 6, segment.length);
    byte[] chunk = Pngs.chunk("eXIf", tiff);
    int end = png.length - 12;
    byte[] tagged =
        ByteBuffer.allocate(png.length + chunk.length)
            .put(png, 0, end)
            .put(chunk)
            .put(png, end, 12)
            .array();
    RgbPicture upright = PictureDecoder.decode(tagged);
    assertThat(List.of(upright.width(), upright.height())).isEqualTo(List.of(2, 3));
    assertThat(upright.rgb()).startsWith(0, 0, 0, 255, 0, 0);
    assertThat(PictureDecoder.decode(png).width()).isEqualTo(3);
  }

  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    byte[] exif = {
      (byte) 0xFF,
      (byte) 0xE1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) orientation,
      0,
      0,
      0,
      0,
      0,
      0
    };
    return ByteBuffer.allocate(jpeg.length + exif.length)
        .put(jpeg, 0, 2)
        .put(exif)
        .put(jpeg, 2, jpeg.length - 2)
        .array();
  }
}
