package io.sapo.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {

  @Test
  void thePageIsUpToDate() throws IOException {
    assertThat(Files.readString(Path.of("../docs/configuration.md")))
        .as("docs/configuration.md; make it anew with ./sapo config reference")
        .isEqualTo(ConfigReference.markdown());
  }

  @Test
  void everyKeyStandsOnIt() {
    String page = ConfigReference.markdown();
    assertThat(ConfigKeys.rules().keySet()).allMatch(key -> page.contains("| `" + key + "` |"));
    assertThat(JudgeKeys.fields().keySet())
        .allMatch(field -> page.contains("| `judges.NAME." + field + "` |"));
  }

  /** Judges' fields are explained together, at the section's row. */
  @Test
  void everyKeyHasAMeaning() {
    List<String> without =
        ConfigReference.markdown()
            .lines()
            .filter(row -> row.startsWith("| `") && !row.startsWith("| `judges.NAME."))
            .filter(row -> row.endsWith("|  |"))
            .toList();
    assertThat(without).isEmpty();
  }
}
