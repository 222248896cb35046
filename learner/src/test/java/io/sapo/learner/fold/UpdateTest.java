package io.sapo.learner.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sapo.learner.ChangedConfig;
import io.sapo.learner.TinyRun;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.EntropyBonus;
import io.sapo.learner.algorithm.KlCoefficient;
import io.sapo.learner.algorithm.OffPolicy;
import io.sapo.learner.algorithm.Overlong;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.learner.config.StepSettings;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.TrainingExample;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.training.ActivationMemory;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpdateTest {
  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void everyAlgorithmFoldsAndRepeatsItselfToTheBit(Algorithm algorithm)
      throws InterruptedException {
    LearnerConfig config = TinyRun.config(algorithm);
    FoldOutcome first = outcome(config);
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
      List<SegmentedTrajectory> records = TinyRun.trajectories(2, config.batch().size(), 3);
      FoldOutcome all = null;
      for (long bytes : new long[] {1 << 30, 300_000, 100_000, 20_000, 0}) {
        FoldOutcome outcome = FoldProbe.fold(config, records, 2, bytes, FoldOutcome::of);
        all = all == null ? outcome : all;
        assertThat(outcome).as("%d bytes", bytes).isEqualTo(all);
      }
    }
  }

  private static List<SegmentedTrajectory> everyThirdCutOff(int updates, int batchSize) {
    List<SegmentedTrajectory> records = TinyRun.trajectories(updates, batchSize, 3);
    for (int i = 0; i < records.size(); i += 3) {
      records.get(i).getTrajectory().setFinishReason(FinishReason.LENGTH);
    }
    return records;
  }

  /** Each way gives other weights, one step or two, however much of the passes is kept. */
  @Test
  void whatIsMadeOfCutOffResponsesShows() throws InterruptedException {
    LearnerConfig two = TinyRun.config(Algorithm.SAPO);
    for (LearnerConfig config : List.of(two, oneStep(two))) {
      List<SegmentedTrajectory> records = everyThirdCutOff(3, config.batch().size());
      Set<String> critics = new HashSet<>();
      for (Overlong overlong : List.of(Overlong.END, Overlong.MASK, Overlong.BOOTSTRAP)) {
        LearnerConfig changed =
            ChangedConfig.algorithm(
                config, config.algorithm().toBuilder().overlong(overlong).build());
        StateHashes all = hashes(changed, records, 1 << 30);
        assertThat(hashes(changed, records, 0)).isEqualTo(all);
        critics.add(all.critic());
      }
      assertThat(critics).hasSize(3);
    }
  }

  /** What they say changes neither weights nor coefficients, nor what is reported of the others. */
  @Test
  void maskedResponsesSteerNothing() throws InterruptedException {
    LearnerConfig tiny = TinyRun.config(Algorithm.SAPO);
    LearnerConfig config =
        ChangedConfig.algorithm(
            tiny,
            tiny.algorithm().toBuilder()
                .overlong(Overlong.MASK)
                .entropy(new EntropyBonus(0.01, 10))
                .rewardKl(new KlCoefficient(0.1, 0.01, 100))
                .build());
    List<SegmentedTrajectory> records = everyThirdCutOff(3, config.batch().size());
    List<SegmentedTrajectory> others = everyThirdCutOff(3, config.batch().size());
    for (int i = 0; i < others.size(); i += 3) {
      int[] response = PackedArrays.ints(others.get(i).getTrajectory().getResponseTokens());
      Arrays.fill(response, 3);
      others.get(i).getTrajectory().setResponseTokens(PackedArrays.pack(response));
    }
    FoldOutcome one = FoldProbe.fold(config, records, 3, FoldOutcome::of);
    FoldOutcome two = FoldProbe.fold(config, others, 3, FoldOutcome::of);
    assertThat(two.hashes()).isEqualTo(one.hashes());
    for (int i = 0; i < 3; i++) {
      assertThat(withoutGap(two.reports().get(i))).isEqualTo(withoutGap(one.reports().get(i)));
    }
  }

  /** Weights, moments and step counts stay as they were, whatever momentum there is. */
  @Test
  void withoutAnythingToTrainOnNoStepIsTaken() throws InterruptedException {
    LearnerConfig tiny = TinyRun.config(Algorithm.SAPO);
    LearnerConfig masking =
        ChangedConfig.algorithm(tiny, tiny.algorithm().toBuilder().overlong(Overlong.MASK).build());
    int batch = tiny.batch().size();
    List<SegmentedTrajectory> records = TinyRun.trajectories(2, batch, 3);
    for (SegmentedTrajectory record : records.subList(batch, 2 * batch)) {
      record.getTrajectory().setFinishReason(FinishReason.LENGTH);
    }
    for (LearnerConfig config : List.of(masking, oneStep(masking))) {
      StateHashes one = FoldProbe.fold(config, records, 1, (state, reports) -> state.hashes());
      FoldOutcome two = FoldProbe.fold(config, records, 2, FoldOutcome::of);
      assertThat(two.hashes()).isEqualTo(one);
      assertThat(two.reports().get(1).metrics().values()).allMatch(Double::isFinite);
      FoldOutcome earlier = FoldProbe.fold(byFormulas2(config), records, 2, FoldOutcome::of);
      assertThat(earlier.hashes().actor()).isNotEqualTo(one.actor());
    }
  }

  private static LearnerConfig byFormulas2(LearnerConfig config) {
    return LearnerConfig.fromJson(
        config.canonicalJson().replace("\"mathematics\":3", "\"mathematics\":2"));
  }

  /** A rejected batch trains the critic all the same, and the actor where another term does. */
  @Test
  void aRejectedBatchTrainsTheCriticAlone() throws InterruptedException {
    LearnerConfig tiny = TinyRun.config(Algorithm.SAPO);
    OffPolicy o = tiny.algorithm().offPolicy();
    OffPolicy.Rejection all = new OffPolicy.Rejection(o.weighting(), 1e6, 2e6);
    OffPolicy rejecting =
        new OffPolicy(o.mode(), o.weighting(), o.cap(), o.low(), o.high(), all, 0, false, false);
    LearnerConfig config =
        ChangedConfig.algorithm(tiny, tiny.algorithm().toBuilder().offPolicy(rejecting).build());
    List<SegmentedTrajectory> records = TinyRun.trajectories(1, tiny.batch().size(), 3);
    StateHashes start = FoldProbe.fold(config, records, 0, (state, reports) -> state.hashes());
    FoldOutcome end = FoldProbe.fold(config, records, 1, FoldOutcome::of);
    assertThat(end.reports().get(0).metrics()).containsEntry("off_policy_rejected", 1.0);
    assertThat(end.hashes().actor()).isEqualTo(start.actor());
    assertThat(end.hashes().critic()).isNotEqualTo(start.critic());
    LearnerConfig beside =
        ChangedConfig.algorithm(
            config, config.algorithm().toBuilder().entropy(new EntropyBonus(0.01, 0)).build());
    assertThat(FoldProbe.fold(beside, records, 1, FoldOutcome::of).hashes().actor())
        .isNotEqualTo(start.actor());
  }

  /** Of a conversation, what others said is computed as well as what the model did. */
  @Test
  void tokensASecondAreThoseOfWholeSequences() {
    LearnerConfig config = TinyRun.config(Algorithm.SAPO);
    List<SegmentedTrajectory> records = TinyRun.trajectories(1, 4, 3);
    byte[] mask =
        new byte[PackedArrays.ints(records.get(0).getTrajectory().getResponseTokens()).length];
    mask[0] = 1;
    records.get(0).getTrajectory().setLossMask(ByteBuffer.wrap(mask));
    List<TrainingExample> examples = FoldProbe.examples(config, records);
    int tokens = 0;
    for (TrainingExample example : examples) {
      TokenSequence sequence = example.sequence();
      tokens += sequence.promptTokens().length + sequence.responseTokens().length;
    }
    long[] seconds = new long[1];
    Metrics metrics = new Metrics(() -> seconds[0]);
    metrics.describeLeftOut(new Batch(examples, List.of(), new TreeMap<>(), List.of()), 1);
    seconds[0] = 2_000_000_000L;
    assertThat(metrics.finish()).containsEntry("tokens_per_second", tokens / 2.0);
  }

  /** The gap is that of sampling, which masked responses came from as well. */
  private static SortedMap<String, Double> withoutGap(UpdateReport report) {
    SortedMap<String, Double> metrics = new TreeMap<>(report.metrics());
    metrics.remove("log_prob_gap");
    return metrics;
  }

  private static StateHashes hashes(
      LearnerConfig config, List<SegmentedTrajectory> records, long bytes)
      throws InterruptedException {
    return FoldProbe.fold(config, records, 3, bytes, (state, reports) -> state.hashes());
  }

  @Test
  void theValueBehindACutOffResponseIsThatOfItsLastState() throws InterruptedException {
    LearnerConfig config = TinyRun.config(Algorithm.PPO);
    List<SegmentedTrajectory> records = everyThirdCutOff(3, config.batch().size());
    List<TrainingExample> examples = FoldProbe.examples(config, records.subList(0, 4));
    FoldProbe.fold(
        config,
        records,
        3,
        (state, reports) -> {
          try (Networks networks = Networks.load(TinyRun.base(), true);
              Passes passes =
                  new Passes(new ActivationMemory(TinyRun.base().config()), 1 << 20, () -> {})) {
            double[] tails =
                BatchScores.of(
                        networks,
                        state,
                        TokenAxis.of(examples, true),
                        List.of(new int[] {2, 0}, new int[] {1, 3}),
                        passes,
                        false,
                        true)
                    .tailValues();
            for (int row = 0; row < tails.length; row++) {
              int[] response = examples.get(row).sequence().responseTokens();
              int[] longer = Arrays.copyOf(response, response.length + 2);
              TokenSequence sequence =
                  TokenSequence.text(examples.get(row).sequence().promptTokens(), longer);
              float behind =
                  networks.value()
                      .values(state.critic().weights(), List.of(sequence))[0][response.length];
              assertThat(tails[row])
                  .as("row %d", row)
                  .isCloseTo(row % 3 == 0 ? behind : 0, within(1e-6));
            }
            assertThat(tails[0]).isNotZero();
          }
          return null;
        });
  }

  /** The table of docs/speed.md: a pass that scores and one an epoch, or one that does both. */
  @Test
  void everyAlgorithmMakesThePassesThatItsFormulaNeeds() throws InterruptedException {
    Set<Algorithm> withCritic =
        EnumSet.of(Algorithm.SAPO, Algorithm.SAPO_TOKEN_RATIO, Algorithm.PPO, Algorithm.VC_PPO);
    for (Algorithm algorithm : Algorithm.values()) {
      LearnerConfig two = TinyRun.config(algorithm);
      double critic = withCritic.contains(algorithm) ? 1 : 0;
      double reference = critic == 1 || algorithm == Algorithm.GRPO ? 1 : 0;
      assertPasses(stepping(two, two.batch().size(), 1), 1, critic, reference);
      assertPasses(two, 2, 2 * critic, reference);
      assertPasses(stepping(two, two.batch().size(), 3), 4, 4 * critic, reference);
    }
  }

  private static void assertPasses(
      LearnerConfig config, double actor, double critic, double reference)
      throws InterruptedException {
    List<SegmentedTrajectory> records = TinyRun.trajectories(1, config.batch().size(), 3);
    SortedMap<String, Double> metrics =
        FoldProbe.fold(config, records, 1, (state, reports) -> reports.get(0).metrics());
    assertThat(metrics)
        .as(config.algorithm().algorithm().configName())
        .containsEntry("passes_actor", actor)
        .containsEntry("passes_critic", critic)
        .containsEntry("passes_reference", reference);
  }

  /** Half of the responses began a version ago, and yet the newest version drew the others. */
  @Test
  void theGapOfSampledProbabilitiesIsReportedAtAnyStaleness() throws InterruptedException {
    LearnerConfig config = TinyRun.config(Algorithm.SAPO);
    List<SegmentedTrajectory> records = TinyRun.trajectories(3, config.batch().size(), 3);
    for (SegmentedTrajectory record : records.subList(2 * config.batch().size(), records.size())) {
      record.getTrajectory().getVersions().get(0).setVersion(1L);
    }
    List<UpdateReport> reports =
        FoldProbe.fold(config, records, 3, (state, all) -> List.copyOf(all));
    assertThat(reports).allMatch(report -> report.metrics().get("log_prob_gap") > 0);
    assertThat(reports)
        .extracting(report -> report.metrics().get("log_prob_gap_age"))
        .containsExactly(0.0, 0.0, 1.0);
  }

  @Test
  void eachNetworkHasItsOwnSchedule() throws InterruptedException {
    LearnerConfig c = TinyRun.config(Algorithm.SAPO);
    OptimizerSettings still =
        new OptimizerSettings(
            3e-3,
            AdamWConfig.DEFAULT,
            1,
            new LearningRateSchedule(0, LearningRateSchedule.Decay.LINEAR, 1, 0));
    LearnerConfig config = ChangedConfig.optimizers(c, c.actor(), still);
    List<SegmentedTrajectory> records = TinyRun.trajectories(2, config.batch().size(), 3);
    StateHashes one = FoldProbe.fold(config, records, 1, (state, reports) -> state.hashes());
    StateHashes two = FoldProbe.fold(config, records, 2, (state, reports) -> state.hashes());
    assertThat(two.critic()).isEqualTo(one.critic());
    assertThat(two.actor()).isNotEqualTo(one.actor());
  }

  @Test
  void anEntropyBonusKeepsEntropyUp() throws InterruptedException {
    LearnerConfig config = TinyRun.config(Algorithm.GRPO);
    List<SegmentedTrajectory> records = TinyRun.trajectories(8, config.batch().size(), 9);
    double without = lastEntropy(config, records);
    double with =
        lastEntropy(
            ChangedConfig.algorithm(
                config, config.algorithm().toBuilder().entropy(new EntropyBonus(1, 0)).build()),
            records);
    double notNeeded =
        lastEntropy(
            ChangedConfig.algorithm(
                config, config.algorithm().toBuilder().entropy(new EntropyBonus(1, 0.01)).build()),
            records);
    assertThat(with).isGreaterThan(without + 1e-3);
    assertThat(notNeeded).isEqualTo(without);
  }

  private static double lastEntropy(LearnerConfig config, List<SegmentedTrajectory> records)
      throws InterruptedException {
    return FoldProbe.fold(
        config, records, 8, (state, reports) -> reports.get(7).metrics().get("entropy"));
  }

  private static LearnerConfig oneStep(LearnerConfig c) {
    return stepping(c, c.batch().size(), 1);
  }

  private static LearnerConfig stepping(LearnerConfig c, int miniBatchSize, int epochs) {
    return ChangedConfig.steps(
        c, new StepSettings(miniBatchSize, c.steps().microBatchTokens(), epochs, 0));
  }

  private static FoldOutcome outcome(LearnerConfig config) throws InterruptedException {
    List<SegmentedTrajectory> records = TinyRun.trajectories(2, config.batch().size(), 3);
    return FoldProbe.fold(config, records, 2, FoldOutcome::of);
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
    List<SegmentedTrajectory> records = TinyRun.trajectories(12, config.batch().size(), 9);
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
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
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
