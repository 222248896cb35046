package io.sapo.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

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
}
