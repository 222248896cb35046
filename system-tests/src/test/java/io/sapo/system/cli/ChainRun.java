package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.configuration.ConfigLoader;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A run of GRPO from the shipped checkpoint for sums, trained and looked at by commands.
 *
 * @param folder of its tasks and of the run
 * @param settings besides those that all such runs have
 */
record ChainRun(Path folder, List<String> settings) {
  private static final CommandLineRunner SAPO = CommandLineRunner.plain();

  /** A sum, as the checkpoint writes it, and its answer. */
  record Sum(String prompt, int answer) {}

  /** Where tasks to train on and to evaluate on are looked for. */
  void writeTasks(List<Sum> train, List<Sum> heldOut) throws IOException {
    write("train", train);
    write("held-out", heldOut);
  }

  private void write(String name, List<Sum> sums) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < sums.size(); i++) {
      Sum sum = sums.get(i);
      lines.append(
          "{\"id\": \"%s-%d\", \"prompt\": \"%s\", \"answer\": \"%d\", \"verifier\": \"gsm8k\"}\n"
              .formatted(name, i, sum.prompt(), sum.answer()));
    }
    Files.writeString(file(name), lines);
  }

  private Path file(String name) {
    return folder.resolve(name + ".jsonl");
  }

  Path data() {
    return folder.resolve("run");
  }

  /** Up to a version; continues what is there. */
  void train(int updates) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "algorithm=grpo",
                "model.checkpoint=" + Path.of("../checkpoints/chain"),
                "tasks.train=" + file("train"),
                "tasks.held-out=" + file("held-out"),
                "model.threads=1",
                "model.max-prompt-tokens=64",
                "model.max-new-tokens=96",
                "producer.oversampling=2",
                "producer.slots=16",
                "evaluation.tasks=1",
                "evaluation.every=0"));
    all.addAll(settings);
    List<String> arguments = new ArrayList<>(List.of("train", "--data", data().toString()));
    arguments.addAll(List.of("--updates", Integer.toString(updates)));
    all.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    Outcome outcome = SAPO.run(arguments.toArray(String[]::new));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
  }

  /** Every version is folded again to the same bits, every record accounted for. */
  void assertReplayedAndAudited(int updates) {
    Outcome replay = SAPO.run("replay", "--data", data().toString());
    assertThat(replay.out()).contains("%1$d of %1$d versions bit-exact".formatted(updates));
    assertThat(replay.exitCode()).isZero();
    Outcome audit = SAPO.run("audit", "--data", data().toString());
    assertThat(audit.out()).contains("clean: every record is accounted for");
  }

  /** Version 0 and all since. */
  List<WeightVersion> versions() throws IOException {
    List<WeightVersion> versions = new ArrayList<>();
    scan(
        (kafka, scan) ->
            scan.read(
                kafka.topics().weights().name(),
                record -> {
                  versions.add(kafka.topics().weights().codec().decode(record.value()));
                  return false;
                }));
    return versions;
  }

  void scan(BiConsumer<KafkaAccess, TopicScan> reader) throws IOException {
    RunFolder run = new RunFolder(data());
    try (KafkaAccess kafka = KafkaAccess.open(new ConfigLoader().run(run.settings()).load(), run);
        TopicScan scan = new TopicScan(kafka.client())) {
      reader.accept(kafka, scan);
    }
  }
}
