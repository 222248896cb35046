package io.sapo.standalone.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardExportTest {
  /** Written by tensorboard 2.21: its record writer, its Event messages. */
  private static final String BY_TENSORBOARD =
      "GAAAAAAAAACjf0siCQAAEED8VNlBGg1icmFpbi5FdmVudDoyM40v6SEAAAAAAAAAAXvs9gkAAGBA/FTZ"
          + "QSoWChQKDXVwZGF0ZS9yZXdhcmQVAAAAAEe3LBo8AAAAAAAAAMi3o1IJAACIQPxU2UEQrAIqLgoWCg91"
          + "cGRhdGUvYWNjdXJhY3kVzczMPQoUCg11cGRhdGUvcmV3YXJkFQAAwL/e5hB9";

  @TempDir private Path folder;

  @Test
  void theBytesAreThoseOfTensorBoardsOwnWriter() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    EventRecords records = new EventRecords(file);
    records.begin(1_700_000_000_250L);
    records.scalars(1_700_000_001_500L, 0, new TreeMap<>(Map.of("update/reward", 0.0)));
    records.scalars(
        1_700_000_002_125L,
        300,
        new TreeMap<>(Map.of("update/reward", -1.5, "update/accuracy", 0.1)));
    assertThat(Base64.getEncoder().encodeToString(file.toByteArray())).isEqualTo(BY_TENSORBOARD);
  }

  @Test
  void aFileGrowsByWhatIsMissingWhereverItWasCutShort() throws IOException {
    byte[] whole = Base64.getDecoder().decode(BY_TENSORBOARD);
    for (int cut = 0; cut <= whole.length; cut++) {
      Path file = folder.resolve("of-" + cut).resolve("events");
      if (cut > 0) {
        Files.createDirectories(file.getParent());
        Files.write(file, Arrays.copyOf(whole, cut));
      }
      assertThat(EventFile.grow(file, out -> out.write(whole))).isEqualTo(whole.length - cut);
      assertThat(file).hasBinaryContent(whole);
    }
  }

  @Test
  void whatAnotherRunHasMeasuredIsLeftAlone() throws IOException {
    byte[] whole = Base64.getDecoder().decode(BY_TENSORBOARD);
    Path file = folder.resolve("events");
    byte[] other = whole.clone();
    other[50] ^= 1;
    Files.write(file, other);
    assertThatThrownBy(() -> EventFile.grow(file, out -> out.write(whole)))
        .hasMessageContaining("another folder");
    assertThat(file).hasBinaryContent(other);
    byte[] less = Arrays.copyOf(whole, 40);
    Files.write(file, whole);
    assertThatThrownBy(() -> EventFile.grow(file, out -> out.write(less)))
        .hasMessageContaining("left alone");
  }
}
