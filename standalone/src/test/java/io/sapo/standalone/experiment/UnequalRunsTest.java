package io.sapo.standalone.experiment;

import static io.sapo.standalone.experiment.MadeRuns.run;
import static io.sapo.standalone.experiment.MadeRuns.sized;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose policy collapses to responses of a few tokens has next to none. */
class UnequalRunsTest {
  @TempDir private Path folder;

  private ExperimentFile read(String yaml) throws IOException {
    return ExperimentFile.read(Files.writeString(folder.resolve("e.yaml"), yaml));
  }

  private static RunResult risesLate(Job job, int tokens) {
    return sized(job, i -> tokens, 0.4, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9);
  }

  /** Half is right in the first update; then each response is one token long. */
  private static RunResult collapsed(Job job) {
    return sized(job, i -> i == 0 ? 1640 : 40, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void aValueThatCollapsesIsNotTakenForItsFirstUpdates() throws Exception {
    ExperimentFile file =
        read(
            """
            name: a
            arms: {x: {algorithm: ppo}}
            seeds: [1]
            tuning: {key: learner.actor.learning-rate, values: [1e-2, 1e-4], seed: 9}
            """);
    Job collapsed = new Job("x", "0.01", 9);
    Job rises = new Job("x", "1.0E-4", 9);
    Job reported = new Job("x", "1.0E-4", 1);
    MadeRuns.keep(file, folder, collapsed, collapsed(collapsed));
    MadeRuns.keep(file, folder, rises, risesLate(rises, 10_000));
    RunResult expected = MadeRuns.keep(file, folder, reported, risesLate(reported, 10_000));
    StringWriter said = new StringWriter();
    ExperimentRunner runner = new ExperimentRunner(file, folder, new PrintWriter(said));
    assertThat(runner.run()).containsExactly(Map.entry("x", List.of(expected)));
    assertThat(said.toString()).contains("x: learner.actor.learning-rate = 1.0E-4");
    String report =
        Files.readString(new ExperimentReport(file, runner.made(), runner.tuning()).write(folder));
    assertThat(report)
        .contains("up to 100000 sampled tokens; of 1 runs that ended early")
        .contains("| x | 0.01 | 2000 | 0.000 | 0.008 |")
        .contains("| x | 1.0E-4 | 100000 | 0.900 | 0.650 |");
  }

  /** The table goes on over what the other runs have; what ended early counts with its end. */
  @Test
  void aSeedThatCollapsesDoesNotCutTheOthersShort() throws IOException {
    ExperimentFile file =
        read("name: a\nseeds: [1, 2]\narms: {x: {algorithm: ppo}, y: {algorithm: grpo}}\n");
    Map<String, List<RunResult>> results = new LinkedHashMap<>();
    results.put(
        "x",
        List.of(
            risesLate(new Job("x", null, 1), 10_000), risesLate(new Job("x", null, 2), 10_100)));
    results.put(
        "y", List.of(risesLate(new Job("y", null, 1), 10_000), collapsed(new Job("y", null, 2))));
    String report = Files.readString(new ExperimentReport(file, results, List.of()).write(folder));
    assertThat(report)
        .contains(
            "up to 100000 sampled tokens, which every run has but `y` seed 2, which ended early")
        .contains("| x |  | 2 | 100000 to 101000 | 0.900 [0.900, 0.900] |")
        .contains("| y |  | 2 | 2000 to 100000 | 0.450 [0.000, 0.900] |");
  }

  @Test
  void beyondARunsEndItsLastAccuracyIsHeld() {
    RunResult run = run(new Job("a", null, 1), 0.8, 0.4);
    assertThat(run.area(400)).isCloseTo((0.8 + 3 * 0.4) / 4, within(1e-12));
    assertThat(run.last(400)).isEqualTo(0.4);
    assertThat(run.last(90)).as("no update ends there, one goes on").isEqualTo(0.8);
    RunResult nothing = run(new Job("a", null, 1));
    assertThat(nothing.area(400)).isNaN();
    assertThat(nothing.last(400)).isNaN();
  }

  /** What differs as runs do is compared up to the least, as are more than half of the tokens. */
  @Test
  void theBudgetIsTheLeastOfWhatDidNotEndEarly() {
    RunResult ten = run(new Job("a", null, 1), new double[10]);
    RunResult six = run(new Job("a", null, 2), new double[6]);
    RunResult four = run(new Job("b", null, 1), new double[4]);
    RunResult nine = run(new Job("b", null, 2), new double[9]);
    RunResult fifty = run(new Job("c", null, 1), new double[50]);
    assertThat(Budget.of(List.of(ten, six, nine))).isEqualTo(new Budget(600, List.of()));
    assertThat(Budget.of(List.of(ten, six, four, nine))).isEqualTo(new Budget(600, List.of(four)));
    assertThat(Budget.of(List.of(ten, four, fifty)))
        .as("one arm's long responses are not what is usual")
        .isEqualTo(new Budget(1000, List.of(four)));
    assertThat(Budget.of(List.of())).isEqualTo(new Budget(0, List.of()));
  }

  @Test
  void aMeanTellsOfHowManyRunsItIs() {
    assertThat(Bootstrap.of(new double[] {0.5, Double.NaN, 0.5}))
        .hasToString("0.500 [0.500, 0.500] (2 of 3 runs)");
    assertThat(Bootstrap.of(new double[] {0.5, Double.NaN})).hasToString("0.500 (1 of 2 runs)");
    assertThat(Bootstrap.of(new double[] {Double.NaN})).hasToString("–");
  }

  /** Cut are numbers that are kept by update; of the others the report says that they are not. */
  @Test
  void whatIsOfWholeRunsIsMarked() throws IOException {
    ExperimentFile file =
        read("name: a\nseeds: [1]\narms: {x: {algorithm: ppo}, y: {algorithm: grpo}}\n");
    Map<String, List<RunResult>> results = new LinkedHashMap<>();
    results.put("x", List.of(run(new Job("x", null, 1), 0.1, 0.2)));
    results.put("y", List.of(run(new Job("y", null, 1), 0.1, 0.2, 0.9)));
    String report = Files.readString(new ExperimentReport(file, results, List.of()).write(folder));
    assertThat(report)
        .contains("up to 200 sampled tokens, which every run has; what has a * is of whole runs")
        .contains("| tokens* | accuracy, last fifth | area | held out, after* | steps right* |")
        .contains("| V falls at a wrong step* | staleness |")
        .contains("| y |  | 1 | 300 | 0.200 | 0.150 | 0.500 | 0.900 | 0.300 | – | 0.250 | 0.50 |");
  }
}
