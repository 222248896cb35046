package io.sapo.learner.recovery;

import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.fold.UpdateReport;
import io.sapo.learner.input.RecordedBatches;
import io.sapo.schemas.WeightVersion;
import java.util.function.LongSupplier;

/**
 * One committed version folded again from its parent's state: the same {@link Update} on the same
 * records under the same config, then a look at the hashes. Recovery and replay both do just this.
 */
public final class Refold {

  private final RecordedBatches batches;
  private final Networks networks;
  private final LongSupplier nanoTime;

  public Refold(RecordedBatches batches, Networks networks, LongSupplier nanoTime) {
    this.batches = batches;
    this.networks = networks;
    this.nanoTime = nanoTime;
  }

  /**
   * @param state of the parent version; moved on to this one
   * @throws DivergenceException with both values when a hash differs
   */
  public UpdateReport fold(TrainingState state, WeightVersion version) {
    if (state.version() != version.getParent()) {
      throw new IllegalArgumentException(
          "version %d is folded from version %d, not from %d"
              .formatted(version.getVersion(), version.getParent(), state.version()));
    }
    LearnerConfig config = LearnerConfig.fromJson(version.getConfig());
    Update.Folded folded =
        new Update(config, networks, nanoTime).apply(state, batches.read(version));
    check(state, version);
    return folded.report();
  }

  /**
   * @throws DivergenceException when the state is not what was committed
   */
  static void check(TrainingState state, WeightVersion version) {
    StateHashes found = state.hashes();
    long number = version.getVersion();
    compare(number, "the actor", version.getActorSha256(), found.actor());
    compare(number, "the critic", version.getCriticSha256(), found.critic());
    compare(number, "the optimizer", version.getOptimizerSha256(), found.optimizer());
    compare(
        number,
        "the KL coefficient",
        Double.toString(version.getKlCoefficient()),
        Double.toString(state.klCoefficient()));
  }

  private static void compare(long version, String what, String committed, String found) {
    if (!String.valueOf(committed).equals(String.valueOf(found))) {
      throw new DivergenceException(version, what, committed, found);
    }
  }
}
