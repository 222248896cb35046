package io.sapo.standalone.experiment;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sampled tokens up to which runs are compared: what every run has, those apart that ended
 * early. A policy that collapses to responses of a few tokens makes all its updates of next to
 * nothing; compared up to that, other runs would be judged by their first updates. Such a run's
 * last accuracy is held beyond its end instead.
 *
 * @param tokens the least of the runs that did not end early; 0 where there are no runs
 * @param early runs with less than half of the usual tokens, which are the median over arms of each
 *     arm's longest run, the larger one of two in the middle; in the order given
 */
record Budget(double tokens, List<RunResult> early) {
  private static final double SHARE = 0.5;

  static Budget of(Collection<RunResult> runs) {
    Map<String, Double> longest = new LinkedHashMap<>();
    runs.forEach(run -> longest.merge(run.arm(), run.tokens(), Math::max));
    double[] sorted = longest.values().stream().mapToDouble(tokens -> tokens).sorted().toArray();
    double least = sorted.length == 0 ? 0 : SHARE * sorted[sorted.length / 2];
    return new Budget(
        runs.stream()
            .mapToDouble(RunResult::tokens)
            .filter(tokens -> tokens >= least)
            .min()
            .orElse(0),
        runs.stream().filter(run -> run.tokens() < least).toList());
  }
}
