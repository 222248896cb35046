package io.sapo.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandTest {
  private static Integer run(String... arguments) throws Exception {
    return CommandLine.populateCommand(new BenchCommand(), arguments).call();
  }

  @Test
  void anUnknownPartIsRefusedWithThoseThereAre() {
    assertThatThrownBy(() -> run("transformers", "--only", "answers,everything"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("'everything'")
        .hasMessageContaining("equal-lengths")
        .hasMessageContaining("adapters-prompts");
  }

  @Test
  void partsAreOfOneBenchmark() {
    assertThatThrownBy(() -> run("rollout", "--only", "answers"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--only needs");
    assertThatThrownBy(() -> run("transformers", "rollout", "--only", "answers"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--only needs");
  }

  @Test
  void aKnownPartIsTakenAndACheckpointAskedFor() {
    assertThatThrownBy(() -> run("transformers", "--only", "whole-prompts"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--checkpoint");
  }
}
