package io.sapo.learner.fold;

import io.sapo.learner.algorithm.Experience;
import io.sapo.learner.algorithm.PolicyLoss;
import io.sapo.learner.algorithm.Ragged;
import io.sapo.learner.algorithm.Segmentation;
import io.sapo.learner.algorithm.Targets;

/**
 * How an update credited each segment of its batch, for people to read; flat by segment. With an
 * algorithm whose actions are tokens, a segment's value and return are those of the token that its
 * value is read at, its advantage the mean over its tokens.
 *
 * @param segments of each example
 * @param values null without a critic, like {@code returns}
 * @param advantages as the policy loss took them
 * @param ratios π_θ / π_old when the segment's last step was taken; null when the policy was not
 *     trained
 * @param behaviourRatios π_old / μ, before any bound
 */
public record SegmentCredits(
    Ragged segments,
    double[] values,
    double[] advantages,
    double[] returns,
    double[] ratios,
    double[] behaviourRatios) {

  static SegmentCredits of(Experience experience, Targets targets, double[] trainedLogProbs) {
    Segmentation cut = experience.cut();
    double[] advantages = cut.spans().sums(targets.policy().advantages());
    for (int segment = 0; segment < advantages.length; segment++) {
      advantages[segment] /= cut.spans().length(segment);
    }
    boolean critic = experience.scores().values() != null;
    return new SegmentCredits(
        cut.segments(),
        critic ? targets.atSegments(cut, targets.value().oldValues()) : null,
        advantages,
        critic ? targets.atSegments(cut, targets.value().returns()) : null,
        trainedLogProbs == null
            ? null
            : PolicyLoss.ratios(cut, trainedLogProbs, experience.scores().oldLogProbs()),
        PolicyLoss.ratios(
            cut, experience.scores().oldLogProbs(), experience.scores().behaviourLogProbs()));
  }
}
