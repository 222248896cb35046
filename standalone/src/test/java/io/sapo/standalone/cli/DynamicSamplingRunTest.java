package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.configuration.ConfigLoader;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.cli.CommandLineRunner.Outcome;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.kafka.TopicScan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run in which nine groups in ten have no signal, since nothing that is said to their tasks
 * counts as right: it is stopped, folded again from its beginning, continued, replayed.
 */
class DynamicSamplingRunTest {
  private static final int UPDATES = 4;
  private static final int BATCH = 4;

  @TempDir private Path folder;

  private final CommandLineRunner sapo = CommandLineRunner.plain();

  /** Of ten tasks one has an answer that is ever given. */
  private Path tasks(String name, int count) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int start = i % 10;
      int answer = i % 10 == 3 ? start + 32 : -9999;
      lines.append(
          "{\"id\": \"%s-%d\", \"prompt\": \"%da+9b-3c+8d-2e+7f+9g-4h+8%s?\", \"answer\": \"%d\", \"verifier\": \"gsm8k\"}\n"
              .formatted(name, i, start, name, answer));
    }
    return Files.writeString(folder.resolve(name + ".jsonl"), lines);
  }

  private void train(Path data, int updates) {
    List<String> arguments = new ArrayList<>(List.of("train", "--data", data.toString()));
    arguments.addAll(List.of("--updates", Integer.toString(updates)));
    for (String setting :
        List.of(
            "algorithm=grpo",
            "model.checkpoint=" + Path.of("../checkpoints/chain"),
            "tasks.train=" + folder.resolve(".jsonl"),
            "tasks.held-out=" + folder.resolve("+1.jsonl"),
            "model.threads=1",
            "model.max-prompt-tokens=64",
            "model.max-new-tokens=96",
            "learner.batch-size=" + BATCH,
            "learner.mini-batch-size=" + BATCH,
            "learner.dynamic-sampling=200",
            "learner.actor.learning-rate=1e-4",
            "producer.rollouts-per-task=4",
            "producer.oversampling=2",
            "producer.slots=16",
            "evaluation.tasks=1",
            "evaluation.every=0")) {
      arguments.addAll(List.of("--set", setting));
    }
    Outcome outcome = sapo.run(arguments.toArray(String[]::new));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void batchesAreFullOfSignalAndFoldedAgainToTheSameBits() throws IOException {
    tasks("", 20);
    tasks("+1", 2);
    Path data = folder.resolve("run");
    train(data, UPDATES / 2);
    forgetCheckpointsAfterTheFirst(data);
    train(data, UPDATES);

    Outcome replay = sapo.run("replay", "--data", data.toString());
    assertThat(replay.out()).contains("%1$d of %1$d versions bit-exact".formatted(UPDATES));
    assertThat(replay.exitCode()).isZero();
    Outcome audit = sapo.run("audit", "--data", data.toString());
    assertThat(audit.out()).contains("clean: every record is accounted for");

    double dropped = 0;
    for (WeightVersion version : versions(data).subList(1, UPDATES + 1)) {
      Map<String, Double> metrics = version.getMetrics();
      double here = metrics.get("no_signal_dropped");
      assertThat(metrics).containsEntry("trained", (double) BATCH);
      assertThat(metrics)
          .as("none of those trained on is without signal")
          .containsEntry("no_signal", here / (BATCH + here));
      assertThat(metrics.get("staleness_max")).isLessThanOrEqualTo(1);
      dropped += here;
    }
    assertThat(dropped / (dropped + UPDATES * BATCH)).as("without signal").isGreaterThan(0.85);
  }

  /** The learner has to fold what was committed since from the log alone. */
  private void forgetCheckpointsAfterTheFirst(Path data) throws IOException {
    Path checkpoints = data.resolve("learner/checkpoints");
    List<Path> later;
    try (var all = Files.list(checkpoints)) {
      later = all.filter(path -> !path.endsWith("version-0000000000")).toList();
    }
    assertThat(later).isNotEmpty();
    for (Path checkpoint : later) {
      Files.move(checkpoint, folder.resolve(checkpoint.getFileName()));
    }
  }

  private static List<WeightVersion> versions(Path data) throws IOException {
    List<WeightVersion> versions = new ArrayList<>();
    RunFolder run = new RunFolder(data);
    try (KafkaAccess kafka = KafkaAccess.open(new ConfigLoader().run(run.settings()).load(), run);
        TopicScan scan = new TopicScan(kafka.client())) {
      scan.read(
          kafka.topics().weights().name(),
          record -> {
            versions.add(kafka.topics().weights().codec().decode(record.value()));
            return false;
          });
    }
    return versions;
  }
}
