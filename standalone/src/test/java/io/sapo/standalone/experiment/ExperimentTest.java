package io.sapo.standalone.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.sapo.command.CommandFailure;
import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.WeightVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {
  @TempDir private Path folder;

  private ExperimentFile read(String yaml) throws IOException {
    return ExperimentFile.read(Files.writeString(folder.resolve("e.yaml"), yaml));
  }

  @Test
  void aFileGivesTheSettingsOfEachRun() throws IOException {
    ExperimentFile file =
        read(
            """
            name: a
            settings: {run.updates: 3, learner.gamma: 1.0}
            arms:
              sapo: {algorithm: sapo}
              mine: {algorithm: ppo, learner.gamma: 0.9}
            seeds: [4, 5]
            tuning: {key: learner.actor.learning-rate, values: [1e-4, 2e-4], seed: 9}
            """);
    assertThat(file.settings("mine", "2e-4", 5))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "run.updates", "3",
                "learner.gamma", "0.9",
                "algorithm", "ppo",
                "learner.actor.learning-rate", "2e-4",
                "run.seed", "5"));
    assertThat(file.tuning().seed()).isEqualTo(9);
    assertThat(file.parallel()).isEqualTo(1);
  }

  @Test
  void whatIsWrongInAFileIsNamed() {
    assertThatThrownBy(() -> read("name: a\nseeds: [1]\narms: {}\n"))
        .hasMessageContaining("arms are missing");
    assertThatThrownBy(() -> read("name: a\nseeds: []\narms: {x: {algorithm: ppo}}\n"))
        .hasMessageContaining("seeds are missing");
    assertThatThrownBy(() -> read("name: ../a\nseeds: [1]\narms: {x: {algorithm: ppo}}\n"))
        .hasMessageContaining("name must be");
    assertThatThrownBy(() -> read("name: a\nseeds: [1]\narms: {../x: {algorithm: ppo}}\n"))
        .hasMessageContaining("arm '../x'");
    assertThatThrownBy(() -> read("name: a\nsets: 1\nseeds: [1]\narms: {x: {algorithm: ppo}}\n"))
        .hasMessageContaining("key 'sets'");
    assertThatThrownBy(() -> read("name: a\nseeds: [1]\narms: {x: {algorithm: pppo}}\n"))
        .hasMessageContaining("algorithm");
    assertThatThrownBy(() -> ExperimentFile.read(folder.resolve("none.yaml")))
        .hasMessageContaining("no such file");
  }

  /** Runs lie in folders named after what they are, and what lies there already is deleted. */
  @Test
  void runsThatWouldShareAFolderOrLeaveIt() {
    String arms = "name: a\narms: {x: {algorithm: ppo}}\n";
    refused(arms + "seeds: [1, 1]\n", "seeds must be there once each");
    refused(arms + "seeds: [99999999999999999999]\n", "seeds must be whole numbers");
    refused(
        arms + "seeds: [1]\ntuning: {key: tasks.train, values: [/etc/x, ../../y]}\n",
        "a tuned value names folders");
    refused(
        arms + "seeds: [1]\ntuning: {key: learner.gamma, values: [1, 1]}\n",
        "each of its values once");
    refused(arms + "seeds: [1]\ntuning: {key: learner.gamma, values: [[1]]}\n", "must be plain");
    refused(arms + "seeds: [1]\nparallel: many\n", "parallel must be a whole number");
    refused(arms + "seeds: [1]\nsettings: 5\n", "must hold keys with values");
    refused(arms + "seeds: [1]\nname: b\n", "Duplicate field 'name'");
    refused(arms + "seeds: &s [1]\nsettings: {run.seed: *s}\n", "has the alias *s");
    refused("- a\n", "must hold name");
    refused(
        arms
            + "seeds: ["
            + String.join(", ", LongStream.range(0, 100_001).mapToObj(String::valueOf).toList())
            + "]\n",
        "at most 100000 are made");
    refused("#" + "x".repeat(2 << 20), "has more than the 1048576 bytes");
  }

  /** Chosen for its result, the winning run would be reported as one of that value's. */
  @Test
  void aSeedOfTuningThatIsReported() {
    String file = "name: a\narms: {x: {algorithm: ppo}}\nseeds: [0, 1]\n";
    String tuning = "tuning: {key: learner.gamma, values: [1, 0.9]";
    refused(file + tuning + ", seed: 1}\n", "tuning has the seed 1, which is one of seeds");
    refused(file + tuning + "}\n", "tuning has the seed 0, which is one of seeds");
  }

  @Test
  void valuesThatNoRunWouldHave() {
    String file = "name: a\nseeds: [1]\n";
    String arms = "arms: {x: {algorithm: ppo}, y: {algorithm: grpo, %s}}\n";
    String tuning = "tuning: {key: learner.gamma, values: [1, 0.9], seed: 9}\n";
    refused(file + arms.formatted("run.seed: 7"), "arm 'y' has run.seed");
    refused(
        file + arms.formatted("learner.gamma: 0.5") + tuning,
        "arm 'y' has learner.gamma, which is tuned");
    String settings = arms.formatted("learner.lambda: 1") + "settings: {%s}\n";
    refused(file + settings.formatted("run.seed: 7"), "settings has run.seed");
    refused(
        file + settings.formatted("learner.gamma: 0.5") + tuning,
        "settings has learner.gamma, which is tuned");
    refused(
        file + arms.formatted("learner.lambda: 1") + tuning.replace("learner.gamma", "run.seed"),
        "run.seed cannot be tuned");
  }

  /** They become arguments of processes, and lines of reports. */
  @Test
  void secretsOfAFile() throws IOException {
    String file = "name: a\nseeds: [1]\n";
    String arms = "arms: {x: {algorithm: ppo}, y: {algorithm: grpo, %s}}\n";
    String sasl = "kafka.client.sasl.jaas.config";
    String server = "producer.server-token: '0123456789abcdef'";
    refused(
        file + arms.formatted("learner.lambda: 1") + "settings: {" + sasl + ": x}\n",
        "settings has the secret " + sasl);
    refused(file + arms.formatted(server), "arm 'y' has the secret producer.server-token");
    refused(
        file
            + arms.formatted("learner.lambda: 1")
            + "tuning: {key: judges.x.token, values: [a, b], seed: 9}\n",
        "tuning has the secret judges.x.token");
    assertThatThrownBy(() -> read(file + arms.formatted(server)))
        .hasMessageContaining("token-file")
        .hasMessageNotContaining("0123456789abcdef");
    assertThat(read(file + arms.formatted("model.max-new-tokens: 64, admin.token-file: t")).arms())
        .hasSize(2);
  }

  private void refused(String yaml, String why) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("e.yaml")
        .hasMessageContaining(why);
  }

  private static RunResult run(String arm, long seed, double... accuracies) {
    return MadeRuns.run(new Job(arm, null, seed), accuracies);
  }

  @Test
  void areaAndEndAreThoseOfTheCommonBudget() {
    RunResult run = run("a", 1, 0, 0.5, 1, 1, 1);
    assertThat(run.tokens()).isEqualTo(500);
    assertThat(run.area(500)).isCloseTo(0.7, within(1e-12));
    assertThat(run.area(250)).isCloseTo((0 + 0.5 + 0.5) / 2.5, within(1e-12));
    assertThat(run.last(200)).isEqualTo(0.5);
  }

  /** Results written before are taken, and read back as they were; nothing is run. */
  @Test
  void whatHasAResultIsNotRunAgainAndTheBestValueIsTaken()
      throws IOException, InterruptedException {
    ExperimentFile file =
        read(
            """
            name: a
            arms: {x: {algorithm: ppo}, y: {algorithm: grpo}}
            seeds: [1, 2]
            tuning: {key: learner.actor.learning-rate, values: [1e-4, 2e-4], seed: 9}
            """);
    keep(file, "x", "1.0E-4", 9, 0.1, 0.4);
    keep(file, "x", "2.0E-4", 9, 0.3, 0.3);
    keep(file, "y", "1.0E-4", 9, 0.4, 0.4);
    keep(file, "y", "2.0E-4", 9, 0.1, 0.1);
    List<RunResult> expected =
        List.of(
            keep(file, "x", "2.0E-4", 1, 0.5),
            keep(file, "x", "2.0E-4", 2, 0.6),
            keep(file, "y", "1.0E-4", 1, 0.7),
            keep(file, "y", "1.0E-4", 2, 0.8));
    StringWriter said = new StringWriter();
    Map<String, List<RunResult>> results =
        new ExperimentRunner(file, folder, new PrintWriter(said)).run();
    assertThat(said.toString()).contains("x: learner.actor.learning-rate = 2.0E-4");
    assertThat(results.values().stream().flatMap(List::stream).toList()).isEqualTo(expected);
  }

  @Test
  void aReportCanBeMadeOfWhatIsThere() throws IOException {
    ExperimentFile file =
        read(
            """
            name: a
            arms: {x: {algorithm: ppo}, y: {algorithm: grpo}}
            seeds: [1, 2]
            tuning: {key: learner.actor.learning-rate, values: [1e-4, 2e-4], seed: 9}
            """);
    ExperimentRunner runner =
        new ExperimentRunner(file, folder, new PrintWriter(new StringWriter()));
    assertThatThrownBy(runner::made).hasMessageContaining("no run of a has a result");
    keep(file, "x", "1.0E-4", 9, 0.1);
    keep(file, "x", "2.0E-4", 9, 0.3);
    RunResult made = keep(file, "x", "2.0E-4", 1, 0.5);
    assertThat(runner.made()).containsExactly(Map.entry("x", List.of(made)));
    Path report = new ExperimentReport(file, runner.made(), runner.tuning()).write(folder);
    assertThat(report)
        .content()
        .contains("| x | 2.0E-4 | 100 | 0.300 | 0.300 | 0.900 | 0.300 | – |", "seed 9, up to 100");
  }

  /** Exit code 4: for what lies outside of it; 1 would come again. */
  @Test
  void aRunThatEndedForSomethingOutsideIsStartedAgain() throws IOException, InterruptedException {
    assertThat(startsOf(4, 4, 0)).containsExactly(3, 0);
    assertThat(startsOf(4, 4, 4, 0)).as("a few times").containsExactly(3, 4);
    assertThat(startsOf(1, 0)).containsExactly(1, 1);
    assertThat(startsOf(0)).containsExactly(1, 0);
  }

  /** How often it is started, and how it ends. */
  private static List<Integer> startsOf(Integer... codes) throws IOException, InterruptedException {
    Iterator<Integer> ends = List.of(codes).iterator();
    AtomicInteger starts = new AtomicInteger();
    int code =
        TrainingProcess.untilItEnds(
            () -> {
              starts.incrementAndGet();
              return ends.next();
            });
    return List.of(starts.get(), code);
  }

  /** What dynamic sampling drops was sampled as well, and is right more often or less. */
  @Test
  void accuracyIsThatOfAllThatWasRead() {
    WeightVersion version = new WeightVersion();
    version.setOutcomes(
        List.of(new TaskOutcome("trained", 8, 3), new TaskOutcome("dropped", 24, 24)));
    assertThat(ResultReader.accuracy(version)).hasValue(27 / 32.0);
    version.setOutcomes(List.of());
    assertThat(ResultReader.accuracy(version)).isEmpty();
  }

  /** A version that only publishes its weights again has no batch. */
  @Test
  void versionsWithoutABatchGiveNoPoint() {
    Map<String, Double> batch =
        Map.of(
            "trained",
            8.0,
            "skipped",
            2.0,
            "response_tokens",
            5.0,
            "accuracy",
            0.5,
            "staleness_mean",
            0.0);
    assertThat(
            ResultReader.points(
                new TreeMap<>(Map.of(1L, batch, 2L, Map.of("published_again", 1.0), 3L, batch))))
        .extracting(RunResult.Point::version, RunResult.Point::tokens)
        .containsExactly(tuple(1L, 50.0), tuple(3L, 100.0));
  }

  private RunResult keep(
      ExperimentFile file, String arm, String tuned, long seed, double... accuracies)
      throws IOException {
    Job job = new Job(arm, tuned, seed);
    return MadeRuns.keep(file, folder, job, MadeRuns.run(job, accuracies));
  }

  @Test
  void intervalsHoldTheMeanAndShrinkWithAgreement() {
    Bootstrap wide = Bootstrap.of(new double[] {0.1, 0.5, 0.9, Double.NaN});
    assertThat(wide.mean()).isCloseTo(0.5, within(1e-12));
    assertThat(wide.low()).isBetween(0.1, 0.2);
    assertThat(wide.high()).isBetween(0.8, 0.9);
    assertThat(Bootstrap.of(new double[] {0.5, 0.5}).high()).isEqualTo(0.5);
    assertThat(Bootstrap.of(new double[0])).hasToString("–");
    assertThat(Bootstrap.of(new double[] {0.5})).as("one run").hasToString("0.500");
  }

  @Test
  void aReportHasARowAnArmAndItsPictures() throws IOException {
    ExperimentFile file =
        read("name: a\nseeds: [1, 2]\narms: {x: {algorithm: ppo}, y: {algorithm: grpo}}\n");
    Map<String, List<RunResult>> results = new LinkedHashMap<>();
    results.put("x", List.of(run("x", 1, 0.1, 0.2, 0.3), run("x", 2, 0.2, 0.3, 0.4)));
    results.put("y", List.of(run("y", 1, 0.1, 0.1), run("y", 2, 0.2, 0.2)));
    String report = Files.readString(new ExperimentReport(file, results, List.of()).write(folder));
    assertThat(report)
        .contains("up to 200 sampled tokens, which every run has;")
        .contains("V falls at a wrong step", "| – | 0.250 [0.250, 0.250] | 0.50 |")
        .contains("| x |  | 2 | 300 | 0.250 [0.200, 0.300] | 0.200 [0.150, 0.250] | 0.500")
        .contains("| y | 2 | -0.100 [-0.100, -0.100] | -0.050 [-0.050, -0.050] | 0.000")
        .contains("![Entropy")
        .doesNotContain("value-loss");
    assertThat(Files.readString(folder.resolve("accuracy.svg")))
        .startsWith("<svg")
        .contains("polyline");
  }
}
