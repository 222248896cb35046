package io.sapo.policy.picture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.ReferenceModels;
import io.sapo.policy.ReferenceModels.PictureCase;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PictureReferenceModelTest {
  /** The network's input differs by at least 0.014 when a resampled byte differs by one. */
  private static final double TOLERANCE = 1e-5;

  static List<PictureCase> casesWithPictures() {
    return ReferenceModels.pictureCases().stream().filter(c -> !c.pictures().isEmpty()).toList();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("casesWithPictures")
  void patchesAndGridsEqualTheReference(PictureCase reference) throws IOException {
    PicturePreprocessor preprocessor =
        PicturePreprocessor.of(CheckpointFolder.open(reference.model()), 0).orElseThrow();
    try (SafetensorsReader expected = SafetensorsReader.open(reference.expected())) {
      float[] pixels = expected.floats("pixel_values");
      long[] grids = expected.longs("image_grid_thw");
      assertThat(grids).hasSize(3 * reference.pictures().size());
      int next = 0;
      for (int i = 0; i < reference.pictures().size(); i++) {
        PreparedPicture picture =
            preprocessor.prepare(Files.readAllBytes(reference.pictures().get(i)));
        assertThat(new long[] {picture.gridT(), picture.gridH(), picture.gridW()})
            .containsExactly(grids[3 * i], grids[3 * i + 1], grids[3 * i + 2]);
        for (float value : picture.patches()) {
          assertThat((double) value)
              .as("value %d of pixel_values", next)
              .isCloseTo(pixels[next++], org.assertj.core.data.Offset.offset(TOLERANCE));
        }
      }
      assertThat(next).isEqualTo(pixels.length);
    }
  }
}
