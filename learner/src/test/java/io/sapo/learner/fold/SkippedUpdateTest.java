package io.sapo.learner.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.ChangedConfig;
import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.TrainedTokens;
import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.schemas.SegmentedTrajectory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Updates that cannot be computed to their end. */
class SkippedUpdateTest {
  /** A learning rate that ruins the weights: later updates give NaN, and are left out each time. */
  @Test
  void whatIsNotFiniteIsAnOutcomeLikeAnyOther() throws InterruptedException {
    OptimizerSettings ruinous =
        new OptimizerSettings(1e30, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT);
    LearnerConfig config =
        ChangedConfig.optimizers(TinyRun.config(Algorithm.SAPO), ruinous, ruinous);
    List<SegmentedTrajectory> records = TinyRun.trajectories(3, config.batch().size(), 3);
    FoldOutcome first = ruined(config, records);
    assertThat(first.reports()).hasSize(3);
    assertThat(first.reports()).anyMatch(report -> report.metrics().containsKey("left_out"));
    for (UpdateReport report : first.reports()) {
      assertThat(report.metrics().values()).allMatch(Double::isFinite);
    }
    assertThat(ruined(config, records)).isEqualTo(first);
  }

  private static FoldOutcome ruined(LearnerConfig config, List<SegmentedTrajectory> records)
      throws InterruptedException {
    return FoldProbe.fold(config, records, 3, FoldOutcome::of);
  }

  /**
   * The same batch can be computed with when it is folded again: a failing disk is none of its
   * faults.
   */
  @Test
  void whatFailsBesideAnUpdateIsNotTakenForItsOutcome() throws InterruptedException {
    LearnerConfig config = TinyRun.config(Algorithm.SAPO);
    Batch batch =
        FoldProbe.assembler(config, TinyRun.trajectories(1, config.batch().size(), 3))
            .next(0, () -> false);
    Runnable failing =
        () -> {
          throw new IllegalArgumentException("the checkpoint before");
        };
    try (TrainingState state = TrainingState.initial(TinyRun.weights(), config.algorithm());
        Networks networks = Networks.load(TinyRun.base(), config.algorithm().usesCritic())) {
      Update update = new Update(config, networks, () -> 0, 1 << 20, failing);
      assertThatThrownBy(() -> update.apply(state, batch))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessage("the checkpoint before");
    }
  }

  /** What admission must not let through all the same does not end a run. */
  @ParameterizedTest
  @EnumSource
  void whatCannotBeComputedWithIsAnOutcomeToo(Harm harm) throws InterruptedException {
    LearnerConfig config = TinyRun.config(Algorithm.SAPO);
    List<SegmentedTrajectory> records = TinyRun.trajectories(3, config.batch().size(), 3);
    FoldOutcome first = spoiled(config, records, harm);
    assertThat(first.reports())
        .extracting(report -> report.metrics().containsKey("left_out"))
        .containsExactly(false, true, false);
    assertThat(spoiled(config, records, harm)).isEqualTo(first);
  }

  private static FoldOutcome spoiled(
      LearnerConfig config, List<SegmentedTrajectory> records, Harm harm)
      throws InterruptedException {
    return FoldProbe.fold(
        config,
        records,
        3,
        1 << 20,
        batch ->
            batch.ranges().get(0).getFrom() == config.batch().size() ? spoiled(batch, harm) : batch,
        FoldOutcome::of);
  }

  /** What is done to the fourth trajectory. */
  enum Harm {
    /** It trains a token that it does not have. */
    TOKEN_BEYOND_THE_END,
    /** It has no segments: nobody has thought of that. */
    NO_ARRAY
  }

  private static Batch spoiled(Batch batch, Harm harm) {
    List<TrainingExample> examples = new ArrayList<>(batch.examples());
    TrainingExample e = examples.get(3);
    TrainedTokens trained = e.trained();
    int[] tokens = trained.indices().clone();
    if (harm == Harm.TOKEN_BEYOND_THE_END) {
      tokens[tokens.length - 1] = e.sequence().responseTokens().length;
    }
    examples.set(
        3,
        new TrainingExample(
            e.origin(),
            e.sequence(),
            e.sampled(),
            new TrainedTokens(
                tokens,
                harm == Harm.NO_ARRAY ? null : trained.segmentEnds(),
                trained.segmentIndices(),
                trained.segmentRewards(),
                trained.recordSegments(),
                trained.logProbs(),
                trained.versions()),
            e.outcome(),
            e.correct(),
            e.group(),
            e.startVersion()));
    return new Batch(examples, batch.ranges(), batch.trajectoryPositions());
  }
}
