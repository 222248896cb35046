package io.sapo.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AlgorithmTest {

  private static final Segmentation CUT =
      Segmentation.of(Ragged.ofLengths(4, 3), new int[][] {{1, 3}, {0, 2}});

  @Test
  void vtraceWithoutDriftIsGae() {
    double[] rewards = {0.1, 1, 0, 0.5};
    double[] values = {0.3, 0.2, 0.6, 0.1};
    Advantages of = new Advantages(CUT.segments(), rewards, values, new double[2], 0.9);
    double[] one = {1, 3, 1, 7};
    assertThat(of.vtrace(0.8, one)).isEqualTo(of.gae(0.8));
    double[] half = {0.5, 0.5, 1, 1};
    double[] traced = of.vtrace(0.8, half);
    assertThat(traced[1]).isCloseTo(0.5 * 0.8, within(1e-15));
    assertThat(traced[0])
        .isCloseTo(0.5 * (0.1 + 0.9 * 0.2 - 0.3 + 0.9 * 0.8 * traced[1]), within(1e-15));
  }

  @Test
  void decoupledLambdaChangesOnlyTheReturns() {
    Experience experience = experience();
    AlgorithmSettings vcPpo = AlgorithmSettings.of(Algorithm.VC_PPO);
    Targets targets = Targets.of(vcPpo, experience, 0);
    assertThat(targets.value().returns())
        .as("with gamma = lambda = 1 the return is the reward still to come")
        .usingComparatorWithPrecision(1e-12)
        .containsExactly(1.2, 1.2, 1, 1, 0.5, 0.5, 0.5);
    assertThat(targets.policy().advantages())
        .isNotEqualTo(
            Targets.of(AlgorithmSettings.of(Algorithm.PPO), experience, 0).policy().advantages());
  }

  @Test
  void correctionsWithoutARatioAreRefused() {
    OffPolicy.Measure tokens = new OffPolicy.Measure(Scope.TOKEN, OffPolicy.Form.MEAN);
    assertThatThrownBy(
            () -> new OffPolicy(OffPolicy.Mode.OFF, tokens, 2, 0.5, 5, null, 0, false, true))
        .hasMessageContaining("take off-policy none");
    assertThat(OffPolicy.truncated(Scope.TOKEN).comparesWithBehaviour()).isTrue();
    assertThat(
            new OffPolicy(OffPolicy.Mode.NONE, tokens, 2, 0.5, 5, null, 0, false, false)
                .comparesWithBehaviour())
        .isFalse();
  }

  /** The values that docs/algorithms.md gives with their sources. */
  @Test
  void presetsAreAsPublished() {
    record Row(
        double low, double high, double dual, double limit, Aggregation aggregation, double kl) {}
    Map<Algorithm, Row> published =
        Map.of(
            Algorithm.SAPO, new Row(0.2, 0.28, 3, 5, Aggregation.TOKEN_MEAN, 0),
            Algorithm.SAPO_TOKEN_RATIO, new Row(0.2, 0.28, 3, 5, Aggregation.TOKEN_MEAN, 0),
            Algorithm.PPO, new Row(0.2, 0.2, 0, 0, Aggregation.TOKEN_MEAN, 0),
            Algorithm.VC_PPO, new Row(0.2, 0.2, 0, 0, Aggregation.TOKEN_MEAN, 0),
            Algorithm.GRPO, new Row(0.2, 0.2, 0, 0, Aggregation.SEQ_MEAN_TOKEN_MEAN, 0.01),
            Algorithm.DR_GRPO, new Row(0.2, 0.2, 0, 0, Aggregation.SEQ_MEAN_TOKEN_SUM_NORM, 0),
            Algorithm.DAPO, new Row(0.2, 0.28, 0, 0, Aggregation.TOKEN_MEAN, 0),
            Algorithm.GSPO, new Row(3e-4, 4e-4, 0, 0, Aggregation.SEQ_MEAN_TOKEN_MEAN, 0),
            Algorithm.RLOO, new Row(1, 1e6, 0, 0, Aggregation.SEQ_MEAN_TOKEN_SUM, 0));
    for (Algorithm algorithm : Algorithm.values()) {
      Preset preset = algorithm.preset();
      AlgorithmSettings s = preset.settings();
      assertThat(
              new Row(
                  s.clip().low(),
                  s.clip().high(),
                  s.clip().dual(),
                  s.advantageLimit(),
                  s.aggregation(),
                  s.lossKl()))
          .as(algorithm.configName())
          .isEqualTo(published.get(algorithm));
      assertThat(s.offPolicy().weighting().scope()).isEqualTo(algorithm.ratio());
      assertThat(preset.criticWarmupUpdates()).isEqualTo(algorithm == Algorithm.VC_PPO ? 50 : 0);
      assertThat(preset.dynamicSampling()).isEqualTo(algorithm == Algorithm.DAPO ? 10 : 0);
      assertThat(s.overlong())
          .isEqualTo(algorithm == Algorithm.DAPO ? Overlong.PENALTY : Overlong.END);
      assertThat(s.rewardKl().initial()).isEqualTo(algorithm.usesCritic() ? 0.001 : 0);
    }
    assertThat(AlgorithmSettings.of(Algorithm.PPO).lambda()).isEqualTo(0.95);
    assertThat(AlgorithmSettings.of(Algorithm.VC_PPO).criticLambda()).isEqualTo(1);
    assertThat(AlgorithmSettings.of(Algorithm.VC_PPO).lambda()).isEqualTo(0.99);
  }

  /**
   * PPO whitens and does no more: of two responses of 400 tokens, one with a reward of 1 and no
   * values, the last token of that one lies 8.8 deviations above the mean.
   */
  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"PPO", "VC_PPO", "SAPO", "SAPO_TOKEN_RATIO"})
  void onlySapoLimitsWhitenedAdvantages(Algorithm algorithm) {
    int length = 400;
    int[] everyToken = IntStream.range(0, length).toArray();
    Segmentation cut =
        Segmentation.of(Ragged.ofLengths(length, length), new int[][] {everyToken, everyToken});
    double[] rewards = new double[2 * length];
    rewards[length - 1] = 1;
    double[] none = new double[2 * length];
    Experience experience =
        new Experience(
            cut,
            new Experience.Responses(
                new double[] {1, 0}, rewards, null, new boolean[2], new int[] {length, length}),
            new Experience.Scores(none, none, none, none, none, null));
    AlgorithmSettings settings =
        AlgorithmSettings.of(algorithm).toBuilder().lambda(0.95).criticLambda(0.95).build();
    double[] expected =
        IntStream.range(0, 2 * length)
            .mapToDouble(t -> t < length ? Math.pow(0.95, length - 1 - t) : 0)
            .toArray();
    double mean = Arrays.stream(expected).average().orElseThrow();
    double squares = Arrays.stream(expected).map(a -> (a - mean) * (a - mean)).sum();
    double deviation = Math.sqrt(squares / (2 * length - 1) + 1e-8);
    boolean limited = algorithm == Algorithm.SAPO || algorithm == Algorithm.SAPO_TOKEN_RATIO;
    double[] whitened =
        Arrays.stream(expected)
            .map(a -> (a - mean) / deviation)
            .map(a -> limited ? Math.min(a, 5) : a)
            .toArray();
    assertThat(Arrays.stream(whitened).max().orElseThrow())
        .isCloseTo(limited ? 5 : 8.8, within(0.05));
    assertThat(Targets.of(settings, experience, 0).policy().advantages())
        .usingComparatorWithPrecision(1e-9)
        .containsExactly(whitened);
  }

  /** What is alone has no baseline: left over of a larger group it says nothing. */
  @Test
  void whatIsLeftOfAGroupHasNoAdvantage() {
    double[] rewards = {1, 1, 0.5, 0};
    GroupBaselines groups =
        new GroupBaselines(
            new int[] {8, 1, 2, 2},
            new int[] {1, 1, 2, 2},
            new double[] {1, 1, 0.25, 0.25},
            new double[] {0, 0, 0.5, 0.5});
    assertThat(groups.centred(rewards)).containsExactly(0, 1, 0.25, -0.25);
    assertThat(groups.leaveOneOut(rewards)).containsExactly(0, 1, 0.5, -0.5);
    assertThat(groups.relative(rewards))
        .containsExactly(0, 1 / (1 + 1e-6), 0.25 / (0.5 + 1e-6), -0.25 / (0.5 + 1e-6));
  }

  @Test
  void aTermWithoutAGradientIsRefused() {
    AlgorithmSettings grpo = AlgorithmSettings.of(Algorithm.GRPO);
    assertThat(grpo.objections()).isEmpty();
    assertThat(grpo.toBuilder().lossKlEstimator(KlEstimator.K1).build().objections())
        .singleElement()
        .asString()
        .contains("k1", "take k2");
    assertThat(grpo.toBuilder().lossKlEstimator(KlEstimator.K1).lossKl(0).build().objections())
        .isEmpty();
  }

  @Test
  void adaptiveCoefficientFollowsItsTargetWithinBounds() {
    KlCoefficient adaptive = new KlCoefficient(0.1, 0.02, 1000);
    assertThat(adaptive.next(0.1, 0.2, 100)).isCloseTo(0.1 * 1.02, within(1e-15));
    assertThat(adaptive.next(0.1, 0.019, 100)).isCloseTo(0.1 * 0.995, within(1e-15));
    assertThat(KlCoefficient.fixed(0.1).next(0.1, 5, 100)).isEqualTo(0.1);
  }

  @Test
  void whiteningClampsAndBearsConstants() {
    assertThat(Whitening.whiten(new double[] {3}, 5)).containsExactly(0);
    assertThat(Whitening.whiten(new double[] {2, 2, 2}, 5)).containsExactly(0, 0, 0);
    double[] spike = new double[100];
    spike[0] = 1;
    assertThat(Whitening.whiten(spike, 5)[0]).isEqualTo(5);
  }

  @Test
  void klEstimatorsHaveTheirOwnSlopes() {
    Random random = new Random(3);
    for (KlEstimator estimator : KlEstimator.values()) {
      for (int i = 0; i < 100; i++) {
        double d = 6 * random.nextDouble() - 3;
        double slope = (estimator.estimate(d + 1e-6) - estimator.estimate(d - 1e-6)) / 2e-6;
        assertThat(estimator.derivative(d))
            .as("%s at %s", estimator, d)
            .isCloseTo(slope, within(1e-6));
      }
    }
  }

  /** A token that has become impossible moves nothing. */
  @Test
  void theThirdEstimatorIsBounded() {
    assertThat(KlEstimator.K3.estimate(-2.9)).isEqualTo(10);
    for (double far : new double[] {-2.9, -40, 40}) {
      assertThat(KlEstimator.K3.estimate(far)).isEqualTo(10);
      assertThat(KlEstimator.K3.derivative(far)).isZero();
    }
  }

  @Test
  void whatNeedsACriticIsRefusedWithoutOne() {
    AlgorithmSettings.Builder grpo = AlgorithmSettings.of(Algorithm.GRPO).toBuilder();
    OffPolicy traced = FormulaCases.vtraced(AlgorithmSettings.of(Algorithm.GRPO).offPolicy());
    assertThatThrownBy(() -> grpo.overlong(Overlong.BOOTSTRAP).build())
        .hasMessageContaining("take end, mask or penalty");
    assertThatThrownBy(() -> grpo.overlong(Overlong.END).offPolicy(traced).build())
        .hasMessageContaining("grpo has no critic");
    assertThatThrownBy(() -> grpo.rewardKl(KlCoefficient.fixed(0.1)).build())
        .hasMessageContaining("use loss-kl");
  }

  @Test
  void badCutsAndSettingsSayWhatIsWrong() {
    assertThatThrownBy(() -> Segmentation.of(Ragged.ofLengths(4), new int[][] {{1, 1, 3}}))
        .hasMessageContaining("response 0 of 4 tokens: segment end 1 after 1");
    assertThatThrownBy(() -> Segmentation.of(Ragged.ofLengths(4), new int[][] {{1, 2}}))
        .hasMessageContaining("last segment ends at 2");
    assertThatThrownBy(() -> Algorithm.ofName("sappo"))
        .hasMessageContaining("unknown algorithm 'sappo'")
        .hasMessageContaining("sapo-token-ratio");
    assertThat(Algorithm.ofName("vc-ppo")).isEqualTo(Algorithm.VC_PPO);
  }

  private static Experience experience() {
    double[] old = {-1, -2, -0.5, -0.1, -0.7, -1.1, -0.2};
    double[] behaviour = {-1.1, -2.1, -0.4, -0.3, -0.6, -1.0, -0.25};
    return new Experience(
        CUT,
        new Experience.Responses(
            new double[] {1, 0.5},
            new double[] {0.2, 1, 0, 0.5},
            null,
            new boolean[2],
            new int[] {4, 4}),
        new Experience.Scores(
            behaviour, old, old, old, new double[] {0.3, 0.4, 0.6, 0.2, 0.5, 0.1, 0.3}, null));
  }
}
