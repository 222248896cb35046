package io.sapo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import io.sapo.policy.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformersPeerTest {
  private static final String LIBRARIES =
      "echo '{\"torch\": \"2\", \"transformers\": \"5\", \"peft\": \"0\"}'\n";

  @TempDir private Path folder;

  /** A stand-in for the interpreter: it is called with script, checkpoint, threads and type. */
  private TransformersPeer peer(String body) throws IOException {
    Path python = folder.resolve("python");
    Files.writeString(python, "#!/bin/sh\n" + body);
    assertThat(python.toFile().setExecutable(true)).isTrue();
    return new TransformersPeer(
        new BenchSettings(
            folder,
            3,
            false,
            "cpu",
            Path.of("model"),
            ElementType.BF16,
            python.toString(),
            Set.of(),
            line -> {}));
  }

  @Test
  void jobsAndResultsGoToAndFro() throws IOException {
    String answer =
        LIBRARIES
            + "read job\n"
            + "grep -q 'def update' \"$1\" || exit 1\n"
            + "echo \"{\\\"job\\\": $job, \\\"model\\\": \\\"$2\\\", \\\"threads\\\": $3, \\\"type\\\": \\\"$4\\\"}\"\n";
    try (TransformersPeer peer = peer(answer)) {
      assertThat(peer.libraries()).isEqualTo("torch 2, transformers 5, peft 0");
      assertThat(peer.run(Map.of("job", "update")).toString())
          .isEqualTo(
              "{\"job\":{\"job\":\"update\"},\"model\":\"model\",\"threads\":3,\"type\":\"bfloat16\"}");
    }
  }

  @Test
  void anInterpreterWithoutTheLibrariesIsNamed() {
    assertThatThrownBy(() -> peer("echo \"No module named 'peft'\" >&2\nexit 1\n"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("No module named 'peft'")
        .hasMessageContaining("--python");
  }

  @Test
  void aPeerThatEndsInTheMiddleMeasuresNothing() throws IOException {
    try (TransformersPeer peer = peer(LIBRARIES + "read job\necho 'out of memory' >&2\n")) {
      assertThatThrownBy(() -> peer.run(Map.of("job", "update")))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining("out of memory");
    }
  }
}
