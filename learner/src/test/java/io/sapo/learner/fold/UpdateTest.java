package io.sapo.learner.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.schemas.SegmentedTrajectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpdateTest {

  private record Outcome(StateHashes hashes, List<UpdateReport> reports) {}

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void everyAlgorithmFoldsAndRepeatsItselfToTheBit(Algorithm algorithm)
      throws InterruptedException {
    LearnerConfig config = TinyRun.config(algorithm);
    Outcome first = outcome(config);
    assertThat(outcome(config)).isEqualTo(first);
    assertThat(first.hashes().critic() != null).isEqualTo(algorithm.usesCritic());
    for (UpdateReport report : first.reports()) {
      assertThat(report.metrics().values()).allMatch(Double::isFinite);
      assertThat(report.metrics()).containsKeys("reward", "policy_loss", "entropy", "kl_old");
      assertThat(report.metrics().get("grad_norm_actor")).isPositive();
    }
  }

  /** One mini-batch: the passes that score are those the step goes back through. */
  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"SAPO", "GRPO"})
  void whatIsKeptOfForwardPassesDoesNotShow(Algorithm algorithm) throws InterruptedException {
    LearnerConfig two = TinyRun.config(algorithm);
    for (LearnerConfig config : List.of(two, oneStep(two))) {
      List<SegmentedTrajectory> records = TinyRun.trajectories(2, config.batchSize(), 3);
      Outcome all = null;
      for (long bytes : new long[] {1 << 30, 300_000, 100_000, 20_000, 0}) {
        Outcome outcome =
            FoldProbe.fold(
                config,
                records,
                2,
                bytes,
                (state, reports) -> new Outcome(state.hashes(), reports));
        all = all == null ? outcome : all;
        assertThat(outcome).as("%d bytes", bytes).isEqualTo(all);
      }
    }
  }

  /** A learning rate that ruins the weights: later updates give NaN, and are left out each time. */
  @Test
  void whatIsNotFiniteIsAnOutcomeLikeAnyOther() throws InterruptedException {
    LearnerConfig c = TinyRun.config(Algorithm.SAPO);
    OptimizerSettings ruinous = new OptimizerSettings(1e30, AdamWConfig.DEFAULT, 1);
    LearnerConfig config =
        new LearnerConfig(
            c.network(),
            c.algorithm(),
            c.batchSize(),
            c.miniBatchSize(),
            c.microBatchTokens(),
            c.maxSequenceTokens(),
            1,
            ruinous,
            ruinous,
            c.schedule(),
            0,
            c.maxStaleness(),
            c.seed());
    List<SegmentedTrajectory> records = TinyRun.trajectories(3, config.batchSize(), 3);
    Outcome first = ruined(config, records);
    assertThat(first.reports()).hasSize(3);
    assertThat(first.reports()).anyMatch(report -> report.metrics().containsKey("left_out"));
    for (UpdateReport report : first.reports()) {
      assertThat(report.metrics().values()).allMatch(Double::isFinite);
    }
    assertThat(ruined(config, records)).isEqualTo(first);
  }

  private static Outcome ruined(LearnerConfig config, List<SegmentedTrajectory> records)
      throws InterruptedException {
    return FoldProbe.fold(
        config, records, 3, (state, reports) -> new Outcome(state.hashes(), reports));
  }

  private static LearnerConfig oneStep(LearnerConfig c) {
    return new LearnerConfig(
        c.network(),
        c.algorithm(),
        c.batchSize(),
        c.batchSize(),
        c.microBatchTokens(),
        c.maxSequenceTokens(),
        1,
        c.actor(),
        c.critic(),
        c.schedule(),
        c.criticWarmupUpdates(),
        c.maxStaleness(),
        c.seed());
  }

  private static Outcome outcome(LearnerConfig config) throws InterruptedException {
    List<SegmentedTrajectory> records = TinyRun.trajectories(2, config.batchSize(), 3);
    return FoldProbe.fold(
        config, records, 2, (state, reports) -> new Outcome(state.hashes(), reports));
  }

  @Test
  void freshProcessesEndWithTheSameHashes() throws IOException, InterruptedException {
    String first = probe();
    assertThat(first).contains("actor=").doesNotContain("critic=null");
    assertThat(probe()).isEqualTo(first);
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"SAPO", "GRPO"})
  void rewardedTokensBecomeLikelier(Algorithm algorithm) throws InterruptedException {
    LearnerConfig config = TinyRun.config(algorithm);
    List<SegmentedTrajectory> records = TinyRun.trajectories(12, config.batchSize(), 9);
    double before = FoldProbe.fold(config, List.of(), 0, (state, reports) -> evenMass(state));
    double after = FoldProbe.fold(config, records, 12, (state, reports) -> evenMass(state));
    assertThat(after).isGreaterThan(before + 0.02);
  }

  /** Probability of an even token at the start of a response. */
  private static double evenMass(TrainingState state) {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int token = 4; token < TinyRun.VOCABULARY; token += 2) {
      sequences.add(TokenSequence.text(new int[] {5, 9, 17, 30}, new int[] {token}));
    }
    try (Networks networks = Networks.load(TinyRun.base(), false)) {
      float[][] logProbs =
          networks.policy().score(state.actor().weights(), sequences, 1).logProbs();
      return Arrays.stream(logProbs).mapToDouble(row -> Math.exp(row[0])).sum();
    }
  }

  private static String probe() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-Dai.djl.pytorch.num_threads=2",
                "-cp",
                System.getProperty("java.class.path"),
                FoldProbe.class.getName(),
                "4",
                "sapo")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().filter(line -> line.startsWith("StateHashes")).findFirst().orElse("");
  }
}
