package io.sapo.learner.recovery;

import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.schemas.Divergence;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recomputed states that recovery accepts although their hashes differ from what was committed:
 * those that a later commit record lists as accepted, those of a device that is not deterministic,
 * and any other if the operator accepts divergence. For one recovery, on one thread.
 */
public final class Divergences {

  private static final Logger log = LoggerFactory.getLogger(Divergences.class);

  private final List<Divergence> known;
  private final boolean accept;
  private final List<Divergence> accepted = new ArrayList<>();

  /**
   * @param accept whether a divergence that no record speaks of is accepted
   */
  public Divergences(CommittedVersions committed, boolean accept) {
    this.known = committed.divergences();
    this.accept = accept;
  }

  /** Those accepted now, in order; they belong into the next commit record. */
  public List<Divergence> accepted() {
    return List.copyOf(accepted);
  }

  /**
   * @throws DivergenceException the given one, when training must not go on from this state
   */
  void judge(TrainingState state, DivergenceException divergence) {
    Divergence found = of(state);
    if (known.contains(found)) {
      log.warn("accepted before: {}", divergence.getMessage());
    } else if (accept || divergence.explained()) {
      log.warn("accepted: {}", divergence.getMessage());
      accepted.add(found);
    } else {
      throw divergence;
    }
  }

  private static Divergence of(TrainingState state) {
    StateHashes hashes = state.hashes();
    return Divergence.newBuilder()
        .setVersion(state.version())
        .setActorSha256(hashes.actor())
        .setCriticSha256(hashes.critic())
        .setOptimizerSha256(hashes.optimizer())
        .setKlCoefficient(state.klCoefficient())
        .build();
  }
}
