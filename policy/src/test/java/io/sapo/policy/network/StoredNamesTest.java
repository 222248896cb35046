package io.sapo.policy.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.Slot;
import io.sapo.policy.layout.WeightLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StoredNamesTest {
  static List<Path> references() {
    return ReferenceModels.all();
  }

  /** What the public library wrote is what it will look for. */
  @ParameterizedTest
  @MethodSource("references")
  void modelsAreWrittenUnderTheNamesTheyAreReadBy(Path reference) {
    CheckpointFolder folder = CheckpointFolder.open(reference);
    try (SafetensorsReader reader = folder.openWeights()) {
      List<String> published =
          WeightLayout.of(folder.config(), Head.LANGUAGE_MODEL, null).slots().stream()
              .filter(Slot::present)
              .map(slot -> slot.tensor().name())
              .distinct()
              .map(name -> StoredNames.published(name, folder.config().architecture()))
              .toList();
      assertThat(published).containsExactlyInAnyOrderElementsOf(reader.names());
    }
  }
}
