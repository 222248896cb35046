package io.sapo.producer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EngineSettingsTest {

  @Test
  void theTokenIsNotAmongWhatIsPrinted() {
    EngineSettings settings =
        new EngineSettings(
            EngineSettings.Kind.VLLM,
            List.of(URI.create("http://127.0.0.1:8000")),
            Optional.of("a-secret-of-the-server"),
            Path.of("adapters"),
            Duration.ofMinutes(1),
            20,
            0.05);
    assertThat(settings.toString()).contains("VLLM", "127.0.0.1:8000").doesNotContain("a-secret");
  }
}
