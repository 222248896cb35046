package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
  @TempDir static Path folder;
  private static Path checkpoint;

  private final CommandLineRunner sapo = CommandLineRunner.plain();

  @BeforeAll
  static void writeCheckpoint() throws IOException {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
  }

  private Outcome evaluate(Path model, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("evaluate", "--checkpoint", model.toString(), "--json", "--limit", "20"));
    arguments.addAll(List.of("--set", "model.max-new-tokens=8"));
    arguments.addAll(List.of(more));
    return sapo.run(arguments.toArray(String[]::new));
  }

  @Test
  void aModelIsScoredAlikeEachTime() {
    Outcome first = evaluate(checkpoint);
    assertThat(first.err()).isEmpty();
    assertThat(first.exitCode()).isZero();
    assertThat(first.out())
        .contains("\"tasks\" : 20", "\"refused\" : 0", "\"tasks_source\" : \"figures\"");
    assertThat(evaluate(checkpoint)).isEqualTo(first);
    assertThat(evaluate(checkpoint, "--set", "evaluation.slots=3")).isEqualTo(first);
  }

  @Test
  void theSeedDrawsTasksAndTokens() {
    Outcome third = evaluate(checkpoint, "--seed", "3");
    assertThat(third.exitCode()).as(third.err()).isZero();
    assertThat(third).isEqualTo(evaluate(checkpoint, "--set", "evaluation.seed=3"));
    assertThat(third).isNotEqualTo(evaluate(checkpoint, "--seed", "4"));
  }

  @Test
  void blankPicturesAreShownAndSaidSo() {
    Outcome outcome = evaluate(checkpoint, "--blank-pictures");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("\"blank_pictures\" : true", "\"refused\" : 0");
  }

  @Test
  void ownTasksAreRefusedOneByOneWithTheReasonInTheCount() throws IOException {
    Path tasks =
        Files.writeString(
            folder.resolve("own.jsonl"),
            """
            {"question": "1 + 1?", "answer": "two\\n#### 2"}
            {"question": "%s", "answer": "two\\n#### 2"}
            not json
            """
                .formatted("long ".repeat(400)));
    Outcome outcome =
        evaluate(checkpoint, "--tasks", tasks.toString(), "--set", "model.max-prompt-tokens=100");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).contains("\"tasks\" : 1", "\"refused\" : 2");
  }

  @Test
  void anEvaluationOfNothingIsAFailure() throws IOException {
    Path tasks =
        Files.writeString(
            folder.resolve("long.jsonl"),
            "{\"question\": \"%s\", \"answer\": \"#### 2\"}\n".formatted("long ".repeat(400)));
    Outcome outcome =
        evaluate(checkpoint, "--tasks", tasks.toString(), "--set", "model.max-prompt-tokens=100");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("nothing was evaluated").contains("1 tasks were refused");
  }

  @Test
  void missingCheckpointIsNamed() {
    Outcome outcome = evaluate(folder.resolve("absent"));
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("absent").doesNotContain("\tat ");
  }

  @Test
  void missingTasksAreNamed() {
    Outcome outcome = evaluate(checkpoint, "--tasks", folder.resolve("none.jsonl").toString());
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("none.jsonl").doesNotContain("\tat ");
  }

  @Test
  void truncatedWeightsAreNamed() throws IOException {
    Path corrupt = TinyCheckpoint.write(folder.resolve("corrupt"));
    Path file = corrupt.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    Outcome outcome = evaluate(corrupt);
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("model.safetensors").doesNotContain("\tat ");
  }

  @Test
  void aRunThatWasNeverStartedIsNamed() {
    Outcome outcome = sapo.run("evaluate", "--data", folder.resolve("norun").toString());
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("norun");
  }
}
