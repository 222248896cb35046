package io.sapo.standalone.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** Results that nobody trained for. */
final class MadeRuns {
  private MadeRuns() {}

  /** Updates of 100 tokens each. */
  static RunResult run(Job job, double... accuracies) {
    return sized(job, i -> 100, accuracies);
  }

  /**
   * The staleness of an update is its number, from 0.
   *
   * @param tokens of an update, by its number
   */
  static RunResult sized(Job job, IntToDoubleFunction tokens, double... accuracies) {
    List<RunResult.Point> points = new ArrayList<>();
    double sum = 0;
    for (int i = 0; i < accuracies.length; i++) {
      sum += tokens.applyAsDouble(i);
      points.add(
          new RunResult.Point(i + 1, sum, accuracies[i], 1, 10, Double.NaN, Double.NaN, i, 1));
    }
    return new RunResult(
        job.arm(),
        job.seed(),
        job.tuned(),
        points,
        null,
        0.5,
        0.9,
        new CreditTruth.Summary(0.3, Double.NaN, List.of(), 0.25),
        1);
  }

  /** As if it had been made with the settings that the file has for it. */
  static RunResult keep(ExperimentFile file, Path output, Job job, RunResult result)
      throws IOException {
    Path folder = job.folder(output);
    Files.createDirectories(folder);
    new RunSettings(file, output).keep(job);
    RunSettings.write(folder.resolve(RunSettings.RESULT), result);
    return result;
  }
}
