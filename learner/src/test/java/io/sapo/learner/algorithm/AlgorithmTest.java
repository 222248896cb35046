package io.sapo.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AlgorithmTest {

  private static final Segmentation CUT =
      Segmentation.of(Ragged.ofLengths(4, 3), new int[][] {{1, 3}, {0, 2}});

  @Test
  void vtraceWithoutDriftIsGae() {
    double[] rewards = {0.1, 1, 0, 0.5};
    double[] values = {0.3, 0.2, 0.6, 0.1};
    double[] gae = Advantages.gae(CUT.segments(), rewards, values, 0.9, 0.8);
    double[] one = {1, 3, 1, 7};
    assertThat(Advantages.vtrace(CUT.segments(), rewards, values, 0.9, 0.8, one)).isEqualTo(gae);
    double[] half = {0.5, 0.5, 1, 1};
    double[] traced = Advantages.vtrace(CUT.segments(), rewards, values, 0.9, 0.8, half);
    assertThat(traced[1]).isCloseTo(0.5 * 0.8, within(1e-15));
    assertThat(traced[0])
        .isCloseTo(0.5 * (0.1 + 0.9 * 0.2 - 0.3 + 0.9 * 0.8 * traced[1]), within(1e-15));
  }

  @Test
  void decoupledLambdaChangesOnlyTheReturns() {
    Experience experience = experience();
    AlgorithmSettings vcPpo = AlgorithmSettings.of(Algorithm.VC_PPO);
    Targets targets = Targets.of(vcPpo, experience, 0);
    assertThat(targets.returns())
        .as("with gamma = lambda = 1 the return is the reward still to come")
        .usingComparatorWithPrecision(1e-12)
        .containsExactly(1.2, 1.2, 1, 1, 0.5, 0.5, 0.5);
    assertThat(targets.advantages())
        .isNotEqualTo(Targets.of(AlgorithmSettings.of(Algorithm.PPO), experience, 0).advantages());
  }

  @Test
  void offPolicyWeightsAreCutOrMasked() {
    double[] ratios = {0.1, 1.5, 4, 9};
    assertThat(new OffPolicy(OffPolicy.Mode.OFF, 2, 0.5, 5, false).weights(ratios))
        .containsExactly(1, 1, 1, 1);
    assertThat(OffPolicy.DEFAULT.weights(ratios)).containsExactly(0.1, 1.5, 2, 2);
    assertThat(new OffPolicy(OffPolicy.Mode.MASK, 2, 0.5, 5, false).weights(ratios))
        .containsExactly(0, 1, 1, 0);
  }

  @Test
  void withoutCorrectionTheBehaviourPolicyIsTheOldOne() {
    Experience experience = experience();
    AlgorithmSettings truncating = AlgorithmSettings.of(Algorithm.SAPO);
    assertThat(Targets.of(truncating, experience, 0).oldLogProbs())
        .isEqualTo(experience.oldLogProbs());
    assertThat(Targets.of(off(), experience, 0).oldLogProbs())
        .isEqualTo(experience.behaviourLogProbs());
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
        boolean atBound = estimator == KlEstimator.K3 && estimator.estimate(d) > 9.9;
        if (!atBound) {
          assertThat(estimator.derivative(d))
              .as("%s at %s", estimator, d)
              .isCloseTo(slope, within(1e-6));
        }
      }
    }
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
        new double[] {1, 0.5},
        new double[] {0.2, 1, 0, 0.5},
        null,
        behaviour,
        old,
        old,
        new double[] {0.3, 0.4, 0.6, 0.2, 0.5, 0.1, 0.3});
  }

  private static AlgorithmSettings off() {
    AlgorithmSettings sapo = AlgorithmSettings.of(Algorithm.SAPO);
    return new AlgorithmSettings(
        sapo.algorithm(),
        sapo.valueReading(),
        sapo.gamma(),
        sapo.lambda(),
        sapo.criticLambda(),
        sapo.clip(),
        sapo.valueClip(),
        sapo.aggregation(),
        sapo.advantageLimit(),
        sapo.rewardKl(),
        sapo.rewardKlEstimator(),
        sapo.lossKl(),
        sapo.lossKlEstimator(),
        new OffPolicy(OffPolicy.Mode.OFF, 2, 0.5, 5, false));
  }
}
