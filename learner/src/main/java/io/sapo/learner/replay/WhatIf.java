package io.sapo.learner.replay;

import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.fold.TrainingState;
import io.sapo.learner.fold.Update;
import io.sapo.learner.fold.UpdateReport;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.RecordedBatches;
import io.sapo.policy.network.Weights;
import io.sapo.policy.training.TrainableModel;
import io.sapo.schemas.WeightVersion;
import java.util.Collections;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * Trains on the recorded batches of a range of versions under another config, from the same state.
 * The first version differs by the config alone, later ones also by the weights before them.
 */
public final class WhatIf {

  /**
   * One version, as it was and as it would have been.
   *
   * @param recorded metrics of the commit record
   * @param sameWeights whether the actor came out bit-identical all the same
   */
  public record Comparison(
      long version,
      SortedMap<String, Double> recorded,
      SortedMap<String, Double> instead,
      boolean sameWeights) {}

  private final RecordedRun run;
  private final UnaryOperator<LearnerConfig> change;
  private final UnaryOperator<byte[]> rewrite;

  /**
   * @param change applied to the config that each version was made with
   * @param rewrite applied to each record of the segments topic, for other cuts
   */
  public WhatIf(
      RecordedRun run, UnaryOperator<LearnerConfig> change, UnaryOperator<byte[]> rewrite) {
    this.run = run;
    this.change = change;
    this.rewrite = rewrite;
  }

  /**
   * @param from first version, at least 1
   * @param to last version, committed
   * @param progress told of each version reached on the way
   * @throws IllegalStateException where a recorded batch cannot be trained on under the config
   */
  public void run(long from, long to, LongConsumer progress, Consumer<Comparison> each) {
    RecordedBatches batches = run.batches(rewrite);
    try (TrainingState state = start(from, progress)) {
      for (long number = from; number <= to; number++) {
        WeightVersion version = run.committed().get(number);
        LearnerConfig config = change.apply(run.config(number));
        Batch batch = batches.read(version);
        requireRatios(config, run.config(number), batch, number);
        Update update = run.update(config);
        UpdateReport report = update.apply(state, batch).report();
        progress.accept(number);
        each.accept(
            new Comparison(
                number,
                Collections.unmodifiableSortedMap(run.metrics(number)),
                report.metrics(),
                state.hashes().actor().equals(version.getActorSha256())));
      }
    }
  }

  /** Training would have skipped what was sampled from the likeliest tokens alone. */
  private static void requireRatios(
      LearnerConfig config, LearnerConfig recorded, Batch batch, long version) {
    boolean anew =
        config.algorithm().offPolicy().comparesWithBehaviour()
            && !recorded.algorithm().offPolicy().comparesWithBehaviour();
    if (anew && !batch.examples().stream().allMatch(example -> example.sampled().fromAll())) {
      throw new IllegalStateException(
          "version %d was trained on what was sampled from the likeliest tokens alone (top-p, top-k), which biases the ratios that learner.off-policy would use: leave it at none"
              .formatted(version));
    }
  }

  /** The recorded state before the first version, fitted to the other algorithm. */
  private TrainingState start(long from, LongConsumer progress) {
    LearnerConfig before = run.config(from);
    LearnerConfig config = change.apply(before);
    AlgorithmSettings settings = config.algorithm();
    try (TrainingState recorded = run.restore(from - 1, progress)) {
      TrainableModel actor = null;
      TrainableModel critic = null;
      try {
        actor = copy(recorded.actor());
        critic = critic(recorded, settings);
        Weights reference = reference(recorded, settings);
        double coefficient =
            settings.rewardKl().equals(before.algorithm().rewardKl())
                ? recorded.klCoefficient()
                : settings.rewardKl().initial();
        return new TrainingState(actor, critic, reference, coefficient, recorded.progress());
      } catch (RuntimeException e) {
        if (actor != null) {
          actor.close();
        }
        if (critic != null) {
          critic.close();
        }
        throw e;
      }
    }
  }

  private static TrainableModel copy(TrainableModel model) {
    TrainableModel copy = TrainableModel.of(model.weights().copy());
    try {
      copy.restore(model.optimizerState());
      return copy;
    } catch (RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  /** A critic that the run did not have begins where one of version 0 does. */
  private static TrainableModel critic(TrainingState recorded, AlgorithmSettings settings) {
    if (!settings.usesCritic()) {
      return null;
    }
    return recorded.critic() == null
        ? TrainableModel.of(Weights.criticFrom(recorded.actor().weights()))
        : copy(recorded.critic());
  }

  private Weights reference(TrainingState recorded, AlgorithmSettings settings) {
    if (!settings.usesReference()) {
      return null;
    }
    return recorded.reference() == null ? run.reference() : recorded.reference().copy();
  }
}
