package io.sapo.learner.recovery;

import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.Networks;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.fold.UpdateReport;
import io.sapo.learner.input.RecordedBatches;
import io.sapo.schemas.Environment;
import io.sapo.schemas.WeightVersion;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One committed version folded again from its parent's state: the same {@link Update} on the same
 * records under the same config, then a look at the hashes. Recovery and replay both do just this.
 */
public final class Refold {

  private static final Logger log = LoggerFactory.getLogger(Refold.class);

  private final RecordedBatches batches;
  private final Networks networks;
  private final Environment environment;
  private final LongSupplier nanoTime;
  private String warned = "";

  /**
   * @param environment of this process, see {@link FoldEnvironment}
   */
  public Refold(
      RecordedBatches batches, Networks networks, Environment environment, LongSupplier nanoTime) {
    this.batches = batches;
    this.networks = networks;
    this.environment = environment;
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
    String elsewhere = FoldEnvironment.differences(version.getEnvironment(), environment);
    if (!elsewhere.equals(warned) && !elsewhere.isEmpty()) {
      log.warn("version {} was made elsewhere: {}", version.getVersion(), elsewhere);
    }
    warned = elsewhere;
    LearnerConfig config = LearnerConfig.fromJson(version.getConfig());
    Update.Folded folded =
        new Update(config, networks, nanoTime).apply(state, batches.read(version));
    check(state, version, elsewhere);
    return folded.report();
  }

  /**
   * @param elsewhere how the environment differs from that of the version
   * @throws DivergenceException when the state is not what was committed
   */
  static void check(TrainingState state, WeightVersion version, String elsewhere) {
    StateHashes found = state.hashes();
    long number = version.getVersion();
    compare(number, "the actor", version.getActorSha256(), found.actor(), elsewhere);
    compare(number, "the critic", version.getCriticSha256(), found.critic(), elsewhere);
    compare(number, "the optimizer", version.getOptimizerSha256(), found.optimizer(), elsewhere);
    compare(
        number,
        "the KL coefficient",
        Double.toString(version.getKlCoefficient()),
        Double.toString(state.klCoefficient()),
        elsewhere);
  }

  private static void compare(
      long version, String what, String committed, String found, String elsewhere) {
    if (!String.valueOf(committed).equals(String.valueOf(found))) {
      throw new DivergenceException(version, what, committed, found, elsewhere);
    }
  }
}
