package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.command.ExitCodes;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline in this process, with a model that knows nothing. */
class TrainCommandTest {
  @TempDir static Path folder;
  private static Path checkpoint;

  private final CommandLineRunner sapo = CommandLineRunner.plain();

  @BeforeAll
  static void writeCheckpoint() throws IOException {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
  }

  private Outcome train(Path data, String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "--data", data.toString()));
    arguments.addAll(List.of("--checkpoint", checkpoint.toString()));
    for (String setting : TinyCheckpoint.SETTINGS) {
      arguments.addAll(List.of("--set", setting));
    }
    arguments.addAll(List.of(more));
    return sapo.run(arguments.toArray(String[]::new));
  }

  @Test
  void whereARunIsGoingOnNoOtherBeginsAndNothingIsWritten() {
    Path data = folder.resolve("going");
    try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"), 0)) {
      Outcome second = train(data, "--updates", "3");
      assertThat(second.exitCode()).isEqualTo(ExitCodes.RETRY);
      assertThat(second.err())
          .contains("a run is going on there", data.toString(), "Ctrl-C", "--data")
          .hasLineCount(1);
      assertThat(data.resolve("config.yaml")).doesNotExist();
      assertThat(broker.failure()).isNotDone();
    }
  }

  @Test
  void aRunTrainsIsSummedUpAndContinued() throws IOException {
    Path data = folder.resolve("run");
    Path file = folder.resolve("summary.json");
    Outcome first = train(data, "--updates", "3", "--seed", "5", "--summary", file.toString());
    assertThat(first.err()).isEmpty();
    assertThat(first.exitCode()).isZero();
    assertThat(first.out()).contains("new run in " + data, "version 3/3", "before    after");
    JsonNode summary = new ObjectMapper().readTree(file.toFile());
    assertThat(summary.get("version").asLong()).isEqualTo(3);
    assertThat(summary.get("updates").asLong()).isEqualTo(3);
    assertThat(summary.get("records_trained").asLong()).isEqualTo(24);
    assertThat(summary.get("max_staleness_trained").asLong()).isLessThanOrEqualTo(1);
    assertEveryTrajectoryIsAccountedFor(summary);
    for (String figure :
        List.of("accuracy_before", "accuracy_after", "greedy_before", "greedy_after")) {
      assertThat(summary.get(figure).isNumber()).as(figure).isTrue();
    }
    assertThat(data.resolve("sapo.log")).exists();
    assertThatATrajectoryCanBeFollowed(data);
    assertThat(tensorBoard(data))
        .contains("4 versions and 4 evaluations")
        .doesNotContain(" 0 bytes");

    Outcome other = train(data, "--updates", "4", "--seed", "6");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("run.seed is '5' for this run, but --seed says '6'");

    Outcome second = train(data, "--updates", "4", "--summary", file.toString());
    assertThat(second.err()).isEmpty();
    assertThat(second.exitCode()).isZero();
    assertThat(second.out()).contains("continuing run in " + data, "seed 5", "version 4/4");
    summary = new ObjectMapper().readTree(file.toFile());
    assertThat(summary.get("version").asLong()).isEqualTo(4);
    assertThat(summary.get("updates").asLong()).isEqualTo(1);
    assertEveryTrajectoryIsAccountedFor(summary);

    Outcome evaluated = sapo.run("evaluate", "--data", data.toString(), "--limit", "5", "--json");
    assertThat(evaluated.err()).isEmpty();
    assertThat(evaluated.out()).contains("\"version\" : 4", "\"tasks\" : 5");
    assertThat(tensorBoard(data)).contains("5 versions").doesNotContain(" 0 bytes");
    assertThat(tensorBoard(data)).contains("5 versions").contains(" 0 bytes");
  }

  private String tensorBoard(Path data) {
    Outcome written = sapo.run("tensorboard", "--data", data.toString());
    assertThat(written.err()).isEmpty();
    return written.out();
  }

  private void assertThatATrajectoryCanBeFollowed(Path data) throws IOException {
    Outcome newest = sapo.run("inspect", "trajectory", "--data", data.toString());
    assertThat(newest.exitCode()).isZero();
    assertThat(newest.out()).contains("cut by entropy(30%)");
    Outcome version = sapo.run("inspect", "version", "1", "--data", data.toString(), "--json");
    String first =
        new ObjectMapper().readTree(version.out()).get("inputs").get(0).get("id").asText();
    Outcome trained = sapo.run("inspect", "trajectory", first, "--data", data.toString());
    assertThat(trained.out()).contains("trajectory  " + first, "trained by version 1", "advantage");
    Outcome absent = sapo.run("inspect", "trajectory", "no-such", "--data", data.toString());
    assertThat(absent.exitCode()).isEqualTo(1);
    assertThat(absent.err()).contains("no trajectory no-such");
  }

  private static void assertEveryTrajectoryIsAccountedFor(JsonNode summary) {
    long accounted = 0;
    for (String part :
        List.of("records_trained", "records_skipped", "records_waiting", "dead_letters")) {
      assertThat(summary.get(part).asLong()).as(part).isNotNegative();
      accounted += summary.get(part).asLong();
    }
    assertThat(summary.get("trajectories").asLong()).isEqualTo(accounted);
  }

  @Test
  void settingsThatDoNotGoTogetherAreNamedBeforeAnythingStarts() {
    Path data = folder.resolve("unstarted");
    Outcome outcome = train(data, "--set", "learner.mini-batch-size=3");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("mini-batch-size").doesNotContain("\tat ");
    assertThat(data).doesNotExist();
  }

  @Test
  void missingCheckpointIsNamedBeforeAnythingStarts() {
    Path data = folder.resolve("unstarted");
    Path absent = folder.resolve("absent");
    Outcome outcome =
        sapo.run("train", "--data", data.toString(), "--checkpoint", absent.toString());
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains(absent.toString()).doesNotContain("\tat ");
    assertThat(data).doesNotExist();
  }

  @Test
  void aCriticThatDoesNotFitIsNamedBeforeAnythingStarts() {
    Path data = folder.resolve("unstarted");
    Path absent = folder.resolve("absent");
    for (Path critic : List.of(absent, checkpoint)) {
      Outcome outcome = train(data, "--set", "learner.critic.checkpoint=" + critic);
      assertThat(outcome.exitCode()).isEqualTo(1);
      assertThat(outcome.err()).contains(critic.toString()).hasLineCount(1);
      assertThat(data).doesNotExist();
    }
  }

  @Test
  void tasksThatAreNotThereAreNamedBeforeAnythingStarts() throws IOException {
    Path data = folder.resolve("unstarted");
    Path own =
        Files.writeString(folder.resolve("own.jsonl"), "{\"prompt\": \"1\", \"answer\": \"1\"}\n");
    assertRefused(
        train(data, "--tasks", "none.jsonl"), data, 1, "tasks 'none.jsonl': no such file");
    assertRefused(
        train(data, "--set", "tasks.held-out=none.jsonl"), data, 1, "tasks 'none.jsonl': no such");
    assertRefused(train(data, "--tasks", own.toString()), data, 1, "name held-out tasks");
    assertRefused(
        train(data, "--tasks", "topic"),
        data,
        2,
        "tasks.train is topic, of which nothing is held out: name tasks for evaluation with"
            + " tasks.held-out");
    assertRefused(
        train(data, "--set", "tasks.verifier=boxed_math"),
        data,
        2,
        "tasks.verifier is boxed_math, which is no verifier here; known are boxed-math, choice");
  }

  /** As of pictures for a model of text: every task would be a dead letter, and none trained on. */
  @Test
  void tasksOfWhichNoneMakesAPromptAreRefusedBeforeAnythingStarts() {
    Path data = folder.resolve("unstarted");
    String[] short2 = {"--set", "model.max-prompt-tokens=2"};
    String why = "each of the first 100 is refused: ";
    assertRefused(train(data, short2), data, 1, why);
    Outcome role =
        sapo.run(
            "producer",
            "--data",
            data.toString(),
            "--checkpoint",
            checkpoint.toString(),
            "--bootstrap-servers",
            "127.0.0.1:1",
            short2[0],
            short2[1]);
    assertThat(role.exitCode()).isEqualTo(1);
    assertThat(role.err()).contains(why, "task figures-", "2 tokens", "--tasks");
  }

  private static void assertRefused(Outcome outcome, Path data, int exitCode, String why) {
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
    assertThat(outcome.err()).contains(why).doesNotContain("\tat ");
    assertThat(data).doesNotExist();
  }

  @Test
  void aRoleThatFailsEndsTheRunWithItsCause() throws IOException {
    Path broken = TinyCheckpoint.write(folder.resolve("broken"));
    Path weights = broken.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 100));
    Outcome outcome =
        sapo.run(
            "train",
            "--data",
            folder.resolve("failing").toString(),
            "--checkpoint",
            broken.toString(),
            "--set",
            "model.max-prompt-tokens=64",
            "--set",
            "evaluation.tasks=10");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("model.safetensors").doesNotContain("\tat ");
  }

  @Test
  void aSummaryThatCannotBeWrittenIsNamedFirst() {
    Outcome outcome = train(folder.resolve("x"), "--summary", "/no/such/folder/s.json");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("/no/such/folder/s.json");
  }
}
