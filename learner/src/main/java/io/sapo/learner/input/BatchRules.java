package io.sapo.learner.input;

import io.sapo.learner.config.LearnerConfig;
import java.util.Optional;

/**
 * Which admitted examples an update takes: a function of the example, the version and what was
 * dropped for the batch before, so of the log alone.
 *
 * @param batchSize trajectories an update trains on
 * @param maxStaleness versions that may have passed since a trajectory was begun
 * @param mostWithoutSignal examples that a batch may drop because the outcomes of their group are
 *     all alike, or because they are all that is left of it; more of them are trained on, so that
 *     training goes on whatever the tasks are
 * @param wholeDistribution whether examples sampled from the likeliest tokens alone are refused:
 *     the learner scores all tokens, and their importance ratios would be biased
 */
public record BatchRules(
    int batchSize, int maxStaleness, long mostWithoutSignal, boolean wholeDistribution) {

  /** Reasons that begin with this word count what was dropped for want of signal. */
  public static final String NO_SIGNAL = "no-signal";

  /** And with this one what was begun too many versions ago. */
  static final String STALE = "stale";

  /** Rounding of a mean leaves this much of outcomes that are alike. */
  private static final double ALIKE = 1e-9;

  public static BatchRules of(LearnerConfig config) {
    return new BatchRules(
        config.batch().size(),
        config.batch().maxStaleness(),
        (long) config.batch().dynamicSampling() * config.batch().size(),
        config.algorithm().offPolicy().comparesWithBehaviour());
  }

  /**
   * Why a batch does not take the example.
   *
   * @param withoutSignal examples dropped for the batch so far because they have none
   */
  Optional<String> refusal(TrainingExample example, long version, long withoutSignal) {
    long started = example.startVersion();
    if (started > version || started < 0) {
      return Optional.of(
          "future: begun with version %d where %d is the newest".formatted(started, version));
    }
    if (version - started > maxStaleness) {
      return Optional.of(
          STALE
              + ": begun %d versions ago, at most %d allowed"
                  .formatted(version - started, maxStaleness));
    }
    if (wholeDistribution && !example.sampled().fromAll()) {
      return Optional.of(
          "sampling: sampled from the likeliest tokens alone (top-p, top-k), which biases importance ratios; sample from all, or train with off-policy none");
    }
    if (withoutSignal < mostWithoutSignal && withoutSignal(example)) {
      return Optional.of(
          NO_SIGNAL + ": the outcomes of its group are all alike, or it is all that is left of it");
    }
    return Optional.empty();
  }

  /** Whether a comparison within its group says nothing about the example. */
  public static boolean withoutSignal(TrainingExample example) {
    TrainingExample.Group group = example.group();
    return group.isRemainder() || group.count() > 1 && group.deviation() <= ALIKE;
  }
}
