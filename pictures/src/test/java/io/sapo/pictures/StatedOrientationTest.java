package io.sapo.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** Turned as Pillow 13.0.0's {@code ImageOps.exif_transpose} turns them. */
class StatedOrientationTest {

  /**
   * @param upright the pixels in hexadecimal digits; a dash for a JPEG, which decoders may round
   *     otherwise
   */
  @ParameterizedTest
  @CsvFileSource(resources = "/orientation/pillow-13.0.0.csv", maxCharsPerColumn = 1 << 14)
  void picturesAreTurnedAsPillowTurnsThem(
      String name, int width, int height, String upright, String encoded) {
    RgbPicture picture = PictureDecoder.decode(Base64.getDecoder().decode(encoded));
    assertThat(List.of(picture.width(), picture.height())).isEqualTo(List.of(width, height));
    if (!upright.equals("-")) {
      byte[] rgb = new byte[picture.rgb().length];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) picture.rgb()[i];
      }
      assertThat(HexFormat.of().formatHex(rgb)).isEqualTo(upright);
    }
  }

  @Test
  void whateverATextHoldsItIsNoFault() {
    List<byte[]> texts = new ArrayList<>();
    for (String keyword : List.of("XML:com.adobe.xmp", "Raw profile type exif")) {
      for (String rest :
          List.of(
              "",
              "\0",
              "\0\0",
              "\0\1",
              "\0\1\0",
              "\0\0\0\0",
              "\0\0\0\0\0",
              "\0tiff:Orientation",
              "\0tiff:Orientation=",
              "\0tiff:Orientation=\"",
              "\0tiff:Orientation>x",
              "\0\nexif\n1\n4",
              "\0\nexif\n1\n49",
              "\0\n\n\n4949")) {
        texts.add((keyword + rest).getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    for (byte[] text : texts) {
      for (int type :
          List.of(PngChunks.TEXT, PngChunks.DEFLATED_TEXT, PngChunks.INTERNATIONAL_TEXT)) {
        StatedOrientation orientation = new StatedOrientation();
        orientation.pngText(type, ByteBuffer.wrap(text));
        assertThat(orientation.value()).isEqualTo(1);
      }
    }
  }

  /** A file has room for hundreds of thousands, each of which may inflate to a megabyte. */
  @Test
  void ofManyTextsOneOfAKeywordIsInflated() {
    int[] inflated = {0};
    StatedOrientation orientation =
        new StatedOrientation(
            () -> {
              inflated[0]++;
              return new Inflater();
            });
    ByteBuffer other = xmp("tiff:Orientation=\"3\"");
    for (int i = 0; i < 5_000; i++) {
      orientation.pngText(PngChunks.DEFLATED_TEXT, other);
      orientation.pngText(PngChunks.INTERNATIONAL_TEXT, international(other));
    }
    orientation.pngText(PngChunks.DEFLATED_TEXT, xmp("tiff:Orientation=\"6\""));
    assertThat(orientation.value()).isEqualTo(6);
    assertThat(inflated[0]).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0, 6", "1, 1"})
  void aTextOfAMegabyteIsReadAndOfAByteMoreIsNot(int more, int expected) {
    String said = "tiff:Orientation=\"6\"";
    StatedOrientation orientation = new StatedOrientation();
    orientation.pngText(
        PngChunks.DEFLATED_TEXT, xmp(" ".repeat((1 << 20) + more - said.length()) + said));
    assertThat(orientation.value()).isEqualTo(expected);
  }

  private static ByteBuffer xmp(String text) {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes("XML:com.adobe.xmp\0\0".getBytes(StandardCharsets.ISO_8859_1));
    try (DeflaterOutputStream out = new DeflaterOutputStream(chunk)) {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteBuffer.wrap(chunk.toByteArray());
  }

  /** The same text in a chunk iTXt, of no language. */
  private static ByteBuffer international(ByteBuffer deflatedText) {
    int keyword = "XML:com.adobe.xmp\0".length();
    return ByteBuffer.allocate(deflatedText.limit() + 3)
        .put(deflatedText.slice(0, keyword))
        .put(new byte[] {1, 0, 0, 0})
        .put(deflatedText.slice(keyword + 1, deflatedText.limit() - keyword - 1))
        .flip();
  }
}
