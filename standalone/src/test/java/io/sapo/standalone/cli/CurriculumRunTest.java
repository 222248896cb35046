package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.configuration.ConfigLoader;
import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.TaskOutcome;
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
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that passes over what it can do, drops groups without signal and begins more than a batch
 * needs, stopped and continued.
 */
class CurriculumRunTest {
  @TempDir private Path folder;

  private static final int MAX_UPDATES = 19;

  private final CommandLineRunner sapo = CommandLineRunner.plain();

  /** Short sums, which the shipped model can do, and long ones. */
  private Path tasks(String name, int firstStart) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      int start = firstStart + i;
      String steps = i % 2 == 0 ? "a+1" : "a+9b-3c+8d-2e+7f+9g-4h+8";
      int answer = start + (i % 2 == 0 ? 1 : 32);
      lines.append(
          "{\"id\": \"%s-%d\", \"prompt\": \"%d%s?\", \"answer\": \"%d\", \"verifier\": \"gsm8k\"}\n"
              .formatted(name, i, start, steps, answer));
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
            "tasks.train=" + folder.resolve("sums.jsonl"),
            "tasks.held-out=" + folder.resolve("others.jsonl"),
            "tasks.curriculum.skip-above=0.8",
            "tasks.curriculum.ask-anyway=0.2",
            "model.threads=1",
            "model.max-prompt-tokens=64",
            "model.max-new-tokens=96",
            "learner.batch-size=16",
            "learner.mini-batch-size=16",
            "learner.dynamic-sampling=2",
            "producer.oversampling=2",
            "producer.slots=16",
            "evaluation.tasks=1",
            "evaluation.every=0",
            "run.heartbeat=100ms")) {
      arguments.addAll(List.of("--set", setting));
    }
    Outcome outcome = sapo.run(arguments.toArray(String[]::new));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void whatWasChosenByPassRatesIsFoldedAgainToTheSameBits() throws IOException {
    tasks("sums", 1);
    tasks("others", 2);
    Path data = folder.resolve("run");
    train(data, 3);
    int updates = 7;
    train(data, updates);
    // How many rollouts a pass rate is from when tasks are drawn is a matter of time.
    while (passedOver(data) == 0 && updates < MAX_UPDATES) {
      updates += 4;
      train(data, updates);
    }
    assertThat(passedOver(data)).as("tasks passed over").isPositive();

    Outcome replay = sapo.run("replay", "--data", data.toString());
    assertThat(replay.out()).contains("%1$d of %1$d versions bit-exact".formatted(updates));
    assertThat(replay.exitCode()).isZero();
    Outcome audit = sapo.run("audit", "--data", data.toString());
    assertThat(audit.out()).contains("clean: every record is accounted for");

    List<WeightVersion> versions = new ArrayList<>();
    scan(
        data,
        (kafka, scan) ->
            scan.read(
                kafka.topics().weights().name(),
                record -> {
                  versions.add(kafka.topics().weights().codec().decode(record.value()));
                  return false;
                }));
    for (WeightVersion version : versions.subList(1, versions.size())) {
      int read = version.getOutcomes().stream().mapToInt(TaskOutcome::getResponses).sum();
      assertThat((double) read)
          .isEqualTo(
              version.getMetrics().get("trained") + version.getMetrics().get("no_signal_dropped"));
      assertThat(version.getMetrics().get("staleness_max")).isLessThanOrEqualTo(1);
    }
  }

  /** Of every start of the producer, by the greatest count it reported. */
  private static double passedOver(Path data) throws IOException {
    Map<Long, Double> passedOver = new TreeMap<>();
    scan(
        data,
        (kafka, scan) ->
            scan.read(
                kafka.topics().status().name(),
                record -> {
                  Status status = kafka.topics().status().codec().decode(record.value());
                  if (status.getComponent() == Component.PRODUCER) {
                    passedOver.merge(
                        status.getStartedAtMs(),
                        status.getGauges().get("passed_over_tasks_total"),
                        Math::max);
                  }
                  return false;
                }));
    return passedOver.values().stream().mapToDouble(count -> count).sum();
  }

  private static void scan(Path data, BiConsumer<KafkaAccess, TopicScan> reader)
      throws IOException {
    RunFolder run = new RunFolder(data);
    try (KafkaAccess kafka = KafkaAccess.open(new ConfigLoader().run(run.settings()).load(), run);
        TopicScan scan = new TopicScan(kafka.client())) {
      reader.accept(kafka, scan);
    }
  }
}
