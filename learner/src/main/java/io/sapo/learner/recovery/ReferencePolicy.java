package io.sapo.learner.recovery;

import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointFiles;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;

/** The policy that a run's KL terms look at: version 0, whose checkpoint is always kept. */
public final class ReferencePolicy {
  private ReferencePolicy() {}

  /**
   * As the run began with it. One that began under earlier formulas keeps the base without adapters
   * to its end.
   *
   * @return the caller's to close
   * @throws CheckpointException when checkpoint 0 cannot be read, or is not what was committed
   */
  public static Weights read(
      CommittedVersions committed, CheckpointStore checkpoints, BaseModel base) {
    if (base.adapters().isPresent()
        && LearnerConfig.byEarlierFormulas(committed.first().getConfig())) {
      return Weights.ofBase(base);
    }
    Weights weights = CheckpointFiles.readActor(checkpoints.folder(0), base);
    try {
      String found = weights.sha256();
      String expected = committed.referenceSha256();
      if (!found.equals(expected)) {
        throw new CheckpointException(
            "%s: the reference policy hashes to %s, committed as %s"
                .formatted(checkpoints.folder(0), found, expected),
            null);
      }
      if (base.adapters().isEmpty()) {
        return weights;
      }
      Weights reference = Weights.referenceFrom(weights);
      weights.close();
      return reference;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }
}
