package io.sapo.producer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineSettingsTest {
  @TempDir private Path temp;

  @Test
  void theTokenIsNotAmongWhatIsPrinted() {
    EngineSettings settings =
        new EngineSettings(
            EngineSettings.Kind.VLLM,
            List.of(URI.create("http://127.0.0.1:8000")),
            new ServerToken(Optional.of("a-secret-of-the-server"), Optional.empty()),
            Path.of("adapters"),
            Duration.ofMinutes(1),
            20,
            0.05);
    assertThat(settings.toString()).contains("VLLM", "127.0.0.1:8000").doesNotContain("a-secret");
  }

  @Test
  void aTokenLiesInAFileThatIsReadAnew() throws Exception {
    Path file = Files.writeString(temp.resolve("token"), " first\n");
    ServerToken token = new ServerToken(Optional.empty(), Optional.of(file));
    assertThat(token.read()).contains("first");
    Files.writeString(file, "second");
    assertThat(token.read()).contains("second");
    for (String wrong : List.of("", "two words", "gr\u00fcn", "x".repeat(10_000))) {
      Files.writeString(file, wrong);
      assertThatThrownBy(token::read)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("producer.server-token-file")
          .hasMessageContaining(file.toString());
    }
    assertThatThrownBy(() -> new ServerToken(Optional.of("x"), Optional.of(file)))
        .hasMessageContaining("give one of the two");
  }
}
