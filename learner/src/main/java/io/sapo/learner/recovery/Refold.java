package io.sapo.learner.recovery;

import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.fold.UpdateReport;
import io.sapo.learner.input.RecordedBatches;
import io.sapo.schemas.Environment;
import io.sapo.schemas.WeightVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recomputes one committed version from its parent's state: the same {@link Update} on the same
 * records under the same config, then compares hashes. Both recovery and replay do this.
 */
public final class Refold {

  private static final Logger log = LoggerFactory.getLogger(Refold.class);

  private final RecordedBatches batches;
  private final Function<LearnerConfig, Update> updates;
  private final Environment environment;
  private String warned = "";

  /**
   * @param updates by the config that a version was made with
   * @param environment of this process, see {@link FoldEnvironment}
   */
  public Refold(
      RecordedBatches batches, Function<LearnerConfig, Update> updates, Environment environment) {
    this.batches = batches;
    this.updates = updates;
    this.environment = environment;
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
      log.warn(
          "version {} was computed under other conditions: {}", version.getVersion(), elsewhere);
    }
    warned = elsewhere;
    LearnerConfig config = LearnerConfig.fromJson(version.getConfig());
    config.requireComputable();
    Update.Folded folded = updates.apply(config).apply(state, batches.read(version));
    check(state, version, elsewhere, deterministic(version));
    return folded.report();
  }

  private boolean deterministic(WeightVersion version) {
    Environment there = version.getEnvironment();
    return environment.getDeterministic() && (there == null || there.getDeterministic());
  }

  /**
   * A state that was read, not folded.
   *
   * @throws DivergenceException when it is not what was committed
   */
  static void check(TrainingState state, WeightVersion version) {
    check(state, version, "", true);
  }

  /**
   * @param elsewhere how the environment differs from that of the version
   */
  private static void check(
      TrainingState state, WeightVersion version, String elsewhere, boolean deterministic) {
    StateHashes found = state.hashes();
    Map<String, List<String>> committedAndFound = new LinkedHashMap<>();
    committedAndFound.put("the actor", pair(version.getActorSha256(), found.actor()));
    committedAndFound.put("the critic", pair(version.getCriticSha256(), found.critic()));
    committedAndFound.put("the optimizer", pair(version.getOptimizerSha256(), found.optimizer()));
    committedAndFound.put(
        "the KL coefficient", pair(version.getKlCoefficient(), state.klCoefficient()));
    committedAndFound.forEach(
        (what, values) -> {
          if (!values.get(0).equals(values.get(1))) {
            throw new DivergenceException(
                version.getVersion(), what, values.get(0), values.get(1), elsewhere, deterministic);
          }
        });
  }

  private static List<String> pair(Object committed, Object found) {
    return List.of(String.valueOf(committed), String.valueOf(found));
  }
}
