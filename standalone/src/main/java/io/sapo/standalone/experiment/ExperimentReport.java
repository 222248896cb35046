package io.sapo.standalone.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** The report of an experiment: Markdown with its pictures beside it. */
public final class ExperimentReport {
  private final ExperimentFile experiment;
  private final Map<String, List<RunResult>> results;
  private final List<RunResult> tuning;
  private final Budget common;
  private final double budget;

  /**
   * @param results by arm; none is empty
   * @param tuning runs that the tuned value was taken from
   */
  public ExperimentReport(
      ExperimentFile experiment, Map<String, List<RunResult>> results, List<RunResult> tuning) {
    this.experiment = experiment;
    this.results = results;
    this.tuning = tuning;
    this.common = Budget.of(results.values().stream().flatMap(List::stream).toList());
    this.budget = common.tokens();
  }

  /** Writes {@code report.md} and its pictures. */
  public Path write(Path folder) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("# Experiment ").append(experiment.name()).append("\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "Accuracies, areas, staleness and curves are up to %.0f sampled tokens, which every run has%s; what has a * is of whole runs. Means with 95 %% percentile bootstrap intervals over seeds. Settings of all: %s.%s%n%n",
            budget,
            common.early().isEmpty()
                ? ""
                : " but "
                    + names(common.early())
                    + ", which ended early: the last accuracy is held beyond the end",
            settings(experiment.settings()),
            experiment.tuning() == null
                ? ""
                : " Tuned for each arm by one run for each value, on a seed of its own: `%s` of %s."
                    .formatted(experiment.tuning().key(), experiment.tuning().values())));
    table(text);
    differences(text);
    lift(text);
    tuning(text);
    text.append("## Curves\n");
    picture(folder, text, "accuracy", "Accuracy of what was sampled", p -> p.accuracy());
    picture(folder, text, "entropy", "Entropy a token (nats)", p -> p.entropy());
    picture(folder, text, "length", "Response length (tokens)", p -> p.length());
    picture(folder, text, "value-loss", "Value loss", p -> p.valueLoss());
    picture(folder, text, "explained-variance", "Explained variance", p -> p.explainedVariance());
    picture(
        folder, text, "effective-share", "Effective sample size (share)", p -> p.effectiveShare());
    Path report = folder.resolve("report.md");
    Files.writeString(report, text.toString());
    return report;
  }

  private void table(StringBuilder text) {
    text.append(
        "| arm | tuned | seeds | tokens* | accuracy, last fifth | area | held out, after* | steps right* | Â and step, all* | Â and step, within a response* | V falls at a wrong step* | staleness |\n");
    text.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    results.forEach(
        (arm, runs) ->
            text.append(
                "| %s | %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n"
                    .formatted(
                        arm,
                        runs.get(0).tuned() == null ? "" : runs.get(0).tuned(),
                        runs.size(),
                        tokens(runs),
                        over(runs, run -> run.last(budget)),
                        over(runs, run -> run.area(budget)),
                        over(
                            runs,
                            run -> run.accuracyAfter() == null ? Double.NaN : run.accuracyAfter()),
                        over(runs, RunResult::stepsRight),
                        over(runs, run -> run.credit().correlation()),
                        over(runs, run -> run.credit().within()),
                        over(
                            runs,
                            run -> run.credit().fall() == null ? Double.NaN : run.credit().fall()),
                        staleness(runs))));
    text.append('\n');
  }

  /**
   * Runs of one seed draw from one sequence of tasks: their difference varies less than they do.
   */
  private void differences(StringBuilder text) {
    String first = results.keySet().iterator().next();
    text.append("## Less that of `").append(first).append("`\n");
    text.append("Differences of runs with the same seed.\n\n");
    text.append("| arm | seeds | accuracy, last fifth | area | steps right* |\n");
    text.append("| --- | --- | --- | --- | --- |\n");
    results.forEach(
        (arm, runs) -> {
          if (!arm.equals(first)) {
            text.append(
                "| %s | %d | %s | %s | %s |%n"
                    .formatted(
                        arm,
                        runs.stream().filter(run -> twin(first, run).isPresent()).count(),
                        less(first, runs, run -> run.last(budget)),
                        less(first, runs, run -> run.area(budget)),
                        less(first, runs, RunResult::stepsRight)));
          }
        });
    text.append('\n');
  }

  private Bootstrap less(String first, List<RunResult> runs, ToDoubleFunction<RunResult> number) {
    return Bootstrap.of(
        runs.stream()
            .filter(run -> twin(first, run).isPresent())
            .mapToDouble(
                run -> number.applyAsDouble(run) - number.applyAsDouble(twin(first, run).get()))
            .toArray());
  }

  private Optional<RunResult> twin(String arm, RunResult run) {
    return results.get(arm).stream().filter(other -> other.seed() == run.seed()).findFirst();
  }

  /** One run a row. */
  private void tuning(StringBuilder text) {
    if (tuning.isEmpty()) {
      return;
    }
    Budget tried = Budget.of(tuning);
    text.append(
        String.format(
            Locale.ROOT,
            "## Tuning%nOne run a row, seed %d, up to %.0f sampled tokens%s.%n%n",
            experiment.tuning().seed(),
            tried.tokens(),
            tried.early().isEmpty()
                ? ""
                : "; of %d runs that ended early the last accuracy is held"
                    .formatted(tried.early().size())));
    text.append(
        "| arm | `%s` | tokens* | accuracy, last fifth | area | steps right* | Â and step, all* | within* |%n"
            .formatted(experiment.tuning().key()));
    text.append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (RunResult run : tuning) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.0f | %s | %s | %s | %s | %s |%n",
              run.arm(),
              run.tuned(),
              run.tokens(),
              plain(run.last(tried.tokens())),
              plain(run.area(tried.tokens())),
              plain(run.stepsRight()),
              plain(run.credit().correlation()),
              plain(run.credit().within())));
    }
    text.append('\n');
  }

  private void lift(StringBuilder text) {
    boolean any =
        results.values().stream()
            .flatMap(List::stream)
            .anyMatch(run -> !run.credit().lift().isEmpty());
    if (!any) {
      return;
    }
    text.append("## Lift*\n");
    text.append(
        "P(|V_t − V_t+1| in its top tenth | entropy of t in its top q) / P(the same); arms in which every token is a segment.\n\n");
    text.append("| arm | q 0.5 | q 0.2 | q 0.1 | q 0.05 |\n| --- | --- | --- | --- | --- |\n");
    results.forEach(
        (arm, runs) -> {
          if (!runs.get(0).credit().lift().isEmpty()) {
            text.append("| ").append(arm);
            for (int q = 0; q < runs.get(0).credit().lift().size(); q++) {
              int at = q;
              text.append(" | ").append(over(runs, run -> run.credit().lift().get(at)));
            }
            text.append(" |\n");
          }
        });
    text.append('\n');
  }

  private String staleness(List<RunResult> runs) {
    OptionalDouble mean =
        runs.stream()
            .flatMap(run -> run.updates().stream())
            .filter(point -> point.tokens() <= budget)
            .mapToDouble(RunResult.Point::staleness)
            .average();
    return mean.isPresent() ? String.format(Locale.ROOT, "%.2f", mean.getAsDouble()) : "–";
  }

  private static String names(List<RunResult> runs) {
    return String.join(
        ", ", runs.stream().map(run -> "`%s` seed %d".formatted(run.arm(), run.seed())).toList());
  }

  /** The least of any run to the most. */
  private static String tokens(List<RunResult> runs) {
    DoubleSummaryStatistics of = runs.stream().mapToDouble(RunResult::tokens).summaryStatistics();
    return of.getMin() == of.getMax()
        ? String.format(Locale.ROOT, "%.0f", of.getMax())
        : String.format(Locale.ROOT, "%.0f to %.0f", of.getMin(), of.getMax());
  }

  private static String plain(double number) {
    return Double.isNaN(number) ? "–" : String.format(Locale.ROOT, "%.3f", number);
  }

  private static Bootstrap over(List<RunResult> runs, ToDoubleFunction<RunResult> number) {
    return Bootstrap.of(runs.stream().mapToDouble(number).toArray());
  }

  private void picture(
      Path folder,
      StringBuilder text,
      String name,
      String title,
      ToDoubleFunction<RunResult.Point> number)
      throws IOException {
    Curves curves = new Curves(title, budget, results, number);
    if (!curves.empty()) {
      Files.writeString(folder.resolve(name + ".svg"), curves.svg());
      text.append("![").append(title).append("](").append(name).append(".svg)\n\n");
    }
  }

  private static String settings(Map<String, String> settings) {
    StringBuilder text = new StringBuilder();
    settings.forEach(
        (key, value) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append('`')
                .append(key)
                .append('=')
                .append(value)
                .append('`'));
    return text.toString();
  }
}
