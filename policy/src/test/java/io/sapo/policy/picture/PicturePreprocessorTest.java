package io.sapo.policy.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.pictures.PictureDecoder;
import io.sapo.pictures.PlainPng;
import io.sapo.pictures.RgbPicture;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PicturePreprocessorTest {
  private static final PictureConfig CONFIG =
      new PictureConfig(
          3136, 50176, 14, 2, 2, 1 / 255.0, List.of(0.5, 0.25, 0.0), List.of(0.5, 0.5, 1.0));
  private static final PicturePreprocessor PREPROCESSOR = new PicturePreprocessor(CONFIG);

  @TempDir Path folder;

  /** Expected sizes from Hugging Face's smart_resize. */
  @ParameterizedTest
  @CsvSource({
    "97, 301, 84, 308", // rounds each side to the nearest multiple
    "1080, 1920, 168, 280", // shrinks below the greatest area
    "10, 10, 56, 56", // grows to the least area
    "14, 400, 28, 308", // half rounds to even, here zero, so the area rule applies
    "42, 70, 56, 56", // halves round to even
  })
  void sizesFollowSmartResize(int height, int width, int resizedHeight, int resizedWidth) {
    assertThat(SmartResize.of(height, width, 28, 3136, 50176))
        .isEqualTo(new SmartResize(resizedHeight, resizedWidth));
  }

  @ParameterizedTest
  @CsvSource({
    "97, 301, true",
    "1080, 1920, true",
    "10, 10, true", // as above
    "100, 16000, false", // a single row of merged patches that exceeds the area
    "41, 8200, false", // rounds to more than 200 times longer than wide
  })
  void aPreparedSizeIsKept(int height, int width, boolean kept) {
    SmartResize size = SmartResize.of(height, width, 28, 3136, 50176);
    assertThat(size.lasts(28, 3136, 50176)).isEqualTo(kept);
  }

  /** Sent as it is, it has as many tokens there as here. */
  @Test
  void aPictureWhosePreparedSizeIsNotKeptIsNotResizedTwice() {
    byte[] thin = PlainPng.of(solid(16000, 100, 7));
    assertThat(PREPROCESSOR.plain(thin)).isSameAs(thin);
    byte[] prepared = PlainPng.of(solid(280, 168, 7));
    assertThat(PREPROCESSOR.plain(prepared)).isSameAs(prepared);
    byte[] wide = PlainPng.of(solid(1920, 1080, 7));
    assertThat(PictureDecoder.decode(PREPROCESSOR.plain(wide)).width()).isEqualTo(280);
  }

  @Test
  void extremeAspectRatioIsRefused() {
    assertThatThrownBy(() -> PREPROCESSOR.prepare(solid(2, 500, 0)))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining("200");
  }

  @Test
  void patchesOfOneMergedTokenAreNeighbours() {
    int width = 84;
    int height = 56;
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        rgb[3 * (y * width + x)] = (byte) (10 * (y / 14) + x / 14);
        rgb[3 * (y * width + x) + 2] = (byte) (14 * (y % 14) + x % 14);
      }
    }
    PreparedPicture picture = PREPROCESSOR.prepare(new RgbPicture(width, height, rgb));
    assertThat(picture.gridH()).isEqualTo(4);
    assertThat(picture.gridW()).isEqualTo(6);
    assertThat(PREPROCESSOR.tokens(picture)).isEqualTo(6);
    int values = 3 * 2 * 14 * 14;
    int[] rowColumn = {0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15, 20, 21, 30, 31};
    for (int patch = 0; patch < rowColumn.length; patch++) {
      float red = picture.patches()[patch * values] * 0.5f + 0.5f;
      assertThat(Math.round(red * 255)).isEqualTo(rowColumn[patch]);
      for (int frame = 0; frame < 2; frame++) {
        int at = patch * values + (2 * 2 + frame) * 196;
        assertThat(Math.round(picture.patches()[at + 14 * 3 + 5] * 255)).isEqualTo(14 * 3 + 5);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 254, 255})
  void resizingKeepsASolidColour(int level) {
    for (int[] size : new int[][] {{11, 300}, {300, 11}, {56, 56}, {1000, 600}}) {
      RgbPicture resized = BicubicResize.resize(solid(size[0], size[1], level), 84, 56);
      for (byte sample : resized.rgb()) {
        assertThat(sample & 0xff).isEqualTo(level);
      }
    }
  }

  @Test
  void shrinkingAveragesOverTheWidenedFilter() {
    RgbPicture step = gradient(new int[] {0, 0, 0, 0, 255, 255, 255, 255});
    byte[] rgb = BicubicResize.resize(step, 4, 1).rgb();
    assertThat(new int[] {rgb[0] & 0xff, rgb[3] & 0xff, rgb[6] & 0xff, rgb[9] & 0xff})
        .satisfies(
            row -> {
              assertThat(row[0] + row[3]).isEqualTo(255);
              assertThat(row[1] + row[2]).isEqualTo(255);
              assertThat(row[1]).isBetween(1, 127);
            });
  }

  @Test
  void configurationReadsBackAndErrorsNameTheKey() throws IOException {
    Path file = folder.resolve("preprocessor_config.json");
    Files.writeString(file, CONFIG.toJson());
    assertThat(PictureConfig.read(file)).isEqualTo(CONFIG);
    Files.writeString(file, CONFIG.toJson().replace("\"resample\": 3", "\"resample\": 2"));
    assertThatThrownBy(() -> PictureConfig.read(file))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("preprocessor_config.json")
        .hasMessageContaining("resample");
    Files.writeString(file, CONFIG.toJson().replace("[0.5, 0.25, 0.0]", "[0.5]"));
    assertThatThrownBy(() -> PictureConfig.read(file)).hasMessageContaining("image_mean");
  }

  private static RgbPicture solid(int width, int height, int level) {
    byte[] rgb = new byte[3 * width * height];
    Arrays.fill(rgb, (byte) level);
    return new RgbPicture(width, height, rgb);
  }

  private static RgbPicture gradient(int[] row) {
    byte[] rgb = new byte[3 * row.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) row[i / 3];
    }
    return new RgbPicture(row.length, 1, rgb);
  }
}
