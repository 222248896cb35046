package io.sapo.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sapo.learner.algorithm.FormulaCases.Case;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every algorithm, correction and option against {@link SlowReference}. */
class FormulasTest {

  private static final double REWARD_KL = 0.05;

  @ParameterizedTest
  @MethodSource("io.sapo.learner.algorithm.FormulaCases#all")
  void theLossIsThatOfTheFormula(Case c) {
    SampleBatches samples = new SampleBatches(23);
    for (int round = 0; round < 3; round++) {
      Experience experience = samples.next();
      double rewardKl = c.settings().usesCritic() ? REWARD_KL : 0;
      double[] logProbs = samples.moved(experience.scores().oldLogProbs(), 0.9);
      double[] entropies = samples.noise(logProbs.length, 1);
      Targets targets = Targets.of(c.settings(), experience, rewardKl);
      MiniBatch.PolicyTerm term =
          targets.miniBatch(IntStream.range(0, 4).toArray()).policyLoss(logProbs, entropies);
      SlowReference reference = new SlowReference(c.settings(), experience, rewardKl);
      double expected = reference.loss(logProbs, entropies);
      assertThat(term.loss()).isCloseTo(expected, within(1e-11 * Math.max(1, Math.abs(expected))));
      checkEffectiveSize(targets, reference);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sapo.learner.algorithm.FormulaCases#withACritic")
  void theValueLossIsThatOfTheFormula(Case c) {
    SampleBatches samples = new SampleBatches(29);
    for (int round = 0; round < 3; round++) {
      Experience experience = samples.next();
      double[] values = samples.noise(experience.scores().values().length, 1);
      Targets targets = Targets.of(c.settings(), experience, REWARD_KL);
      SlowReference reference = new SlowReference(c.settings(), experience, REWARD_KL);
      for (int m = 0; m < targets.value().returns().length; m++) {
        int first = targets.value().actions().spans().start(m);
        assertThat(targets.value().returns()[m]).isCloseTo(reference.returns(first), within(1e-12));
        assertThat(targets.value().oldValues()[m]).isEqualTo(reference.value(first));
      }
      assertThat(targets.miniBatch(IntStream.range(0, 4).toArray()).valueLoss(values).loss())
          .isCloseTo(reference.valueLoss(values), within(1e-12));
    }
  }

  /** Under every correction and option; of presets see {@link GradientTest}. */
  @ParameterizedTest
  @MethodSource("io.sapo.learner.algorithm.FormulaCases#all")
  void gradientsAreTheSlopesOfTheLoss(Case c) {
    SampleBatches samples = new SampleBatches(31);
    Experience experience = samples.next();
    double rewardKl = c.settings().usesCritic() ? REWARD_KL : 0;
    double[] logProbs = samples.moved(experience.scores().oldLogProbs(), 0.9);
    double[] entropies = samples.noise(logProbs.length, 1);
    MiniBatch batch =
        Targets.of(c.settings(), experience, rewardKl).miniBatch(IntStream.range(0, 4).toArray());
    MiniBatch.PolicyTerm term = batch.policyLoss(logProbs, entropies);
    GradientTest.assertSlopes(
        term.gradient(), logProbs, x -> batch.policyLoss(x, entropies).loss());
    if (term.entropyGradient() != null) {
      GradientTest.assertSlopes(
          term.entropyGradient(), entropies, x -> batch.policyLoss(logProbs, x).loss());
    }
    if (c.settings().usesCritic()) {
      double[] values = samples.noise(logProbs.length, 1);
      GradientTest.assertSlopes(
          batch.valueLoss(values).gradient(), values, x -> batch.valueLoss(x).loss());
    }
  }

  private static void checkEffectiveSize(Targets targets, SlowReference reference) {
    double sum = 0;
    double squares = 0;
    int tokens = 0;
    for (int i = 0; i < reference.tokens(); i++) {
      if (reference.counts(i)) {
        sum += reference.weight(i);
        squares += Math.pow(reference.weight(i), 2);
        tokens++;
      }
    }
    assertThat(targets.corrections().effectiveShare())
        .isCloseTo(squares == 0 ? 0 : sum * sum / squares / tokens, within(1e-11));
  }

  /** By hand: ρ of the four kept tokens is 1, 6, 0.4 and 1; bounds are 0.5 and 5. */
  @ParameterizedTest
  @CsvSource({"MASK, 0.5", "ICEPOP, 0.5", "TRUNCATE, 0", "NONE, 0", "OFF, 0"})
  void whatMasksZeroIsCounted(OffPolicy.Mode mode, double share) {
    Segmentation cut =
        Segmentation.of(Ragged.ofLengths(2, 2, 1), new int[][] {{0, 1}, {0, 1}, {0}});
    OffPolicy offPolicy =
        new OffPolicy(
            mode,
            new OffPolicy.Measure(Scope.TOKEN, OffPolicy.Form.MEAN),
            2,
            0.5,
            5,
            null,
            0,
            false,
            false);
    double[] old = {0, Math.log(6), Math.log(0.4), 0, Math.log(9)};
    boolean[] kept = {true, true, false};
    Corrections corrections = Corrections.of(offPolicy, cut, old, new double[5], kept);
    assertThat(corrections.maskedShare()).isEqualTo(share);
    assertThat(corrections.rejectedShare()).isZero();
  }

  /** Which tokens are trained, and whether corrections bite at all in these batches. */
  @Test
  void theBatchesReachEveryBranch() {
    SampleBatches samples = new SampleBatches(23);
    Experience experience = samples.next();
    for (Case c : FormulaCases.all()) {
      boolean rejects = c.name().contains("rejection") || c.name().contains("veto");
      if (rejects) {
        double share = Targets.of(c.settings(), experience, 0).corrections().rejectedShare();
        assertThat(share).as(c.name()).isBetween(0.01, 0.99);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"SAPO", "PPO", "VC_PPO"})
  void vtraceIsOfTheReturnsAlone(Algorithm algorithm) {
    AlgorithmSettings plain = AlgorithmSettings.of(algorithm);
    AlgorithmSettings traced =
        plain.toBuilder()
            .offPolicy(FormulaCases.vtraced(plain.offPolicy()))
            .criticLambda(0.9)
            .build();
    Experience experience = new SampleBatches(5).next();
    Targets without = Targets.of(plain, experience, REWARD_KL);
    Targets with = Targets.of(traced, experience, REWARD_KL);
    assertThat(with.policy().advantages()).isEqualTo(without.policy().advantages());
    assertThat(with.corrections().weights()).isEqualTo(without.corrections().weights());
    SlowReference reference = new SlowReference(traced, experience, REWARD_KL);
    Ragged actions = with.value().actions().spans();
    for (int m = 0; m < actions.rows(); m++) {
      int first = actions.start(m);
      assertThat(with.value().returns()[m])
          .isCloseTo(reference.action(first, 0.9, true) + reference.value(first), within(1e-12));
    }
    assertThat(with.value().returns()).isNotEqualTo(without.value().returns());
  }

  @Test
  void whereAllIsRejectedOrMaskedNothingIsTrainedOn() {
    AlgorithmSettings grpo = AlgorithmSettings.of(Algorithm.GRPO);
    OffPolicy.Measure tokens = new OffPolicy.Measure(Scope.TOKEN, OffPolicy.Form.MEAN);
    AlgorithmSettings rejecting =
        FormulaCases.with(
            grpo,
            o ->
                new OffPolicy(
                    o.mode(),
                    tokens,
                    o.cap(),
                    o.low(),
                    o.high(),
                    new OffPolicy.Rejection(tokens, 1e-9, 1e-8),
                    0,
                    true,
                    false));
    Experience experience = new SampleBatches(9).next();
    Corrections rejected = Targets.of(rejecting, experience, 0).corrections();
    assertThat(rejected.weights()).containsOnly(0);
    assertThat(rejected.effectiveShare()).isZero();
    assertThat(rejected.rejectedShare()).isEqualTo(1);

    Experience.Responses r = experience.responses();
    Experience cutOff =
        new Experience(
            experience.cut(),
            new Experience.Responses(
                r.outcome(),
                r.segmentRewards(),
                r.groups(),
                new boolean[] {true, true, true, true},
                r.limits()),
            experience.scores());
    for (Algorithm algorithm : List.of(Algorithm.SAPO, Algorithm.GRPO)) {
      AlgorithmSettings masking =
          AlgorithmSettings.of(algorithm).toBuilder().overlong(Overlong.MASK).build();
      Targets targets = Targets.of(masking, cutOff, 0);
      assertThat(targets.corrections().rejectedShare()).isZero();
      double[] logProbs = new SampleBatches(8).moved(experience.scores().oldLogProbs(), 0.5);
      MiniBatch batch = targets.miniBatch(IntStream.range(0, 4).toArray());
      assertThat(batch.policyLoss(logProbs, logProbs).gradient()).containsOnly(0);
    }
  }

  /** 1 − Σ(e − mean e)² / Σ(R̂ − mean R̂)² with e = R̂ − V, by hand. */
  @Test
  void explainedVarianceIsTheShareOfTheReturnsThatValuesTell() {
    assertThat(explained(new double[] {0.5, 0.1, 0.9}, new double[] {1, 0, 1}))
        .isCloseTo(1 - (0.25 + 0.01 + 0.01 - 0.5 * 0.5 / 3) / (2.0 / 3), within(1e-12));
    assertThat(explained(new double[] {3, 2, 3}, new double[] {1, 0, 1}))
        .as("a constant is not told from")
        .isCloseTo(1, within(1e-12));
    assertThat(explained(new double[] {0.4, 0.4, 0.4}, new double[] {1, 0, 1})).isZero();
    assertThat(explained(new double[] {1, 2, 3}, new double[] {1, 1, 1})).isZero();
    assertThat(explained(new double[] {0, 1, 0}, new double[] {1, 0, 1}))
        .isCloseTo(-3, within(1e-12));
  }

  private static double explained(double[] values, double[] returns) {
    Targets any = Targets.of(AlgorithmSettings.of(Algorithm.SAPO), new SampleBatches(1).next(), 0);
    return new ValueTargets(any.value().actions(), values, returns).explainedVariance();
  }

  /** With the behaviour policy taken for the old one, nothing of the recomputed one is left. */
  @Test
  void offLeavesTheRecomputedProbabilitiesOut() {
    AlgorithmSettings off =
        AlgorithmSettings.of(Algorithm.SAPO).toBuilder()
            .offPolicy(
                FormulaCases.weighted(
                    OffPolicy.Mode.OFF, new OffPolicy.Measure(Scope.SEGMENT, OffPolicy.Form.MEAN)))
            .build();
    Experience experience = new SampleBatches(6).next();
    Experience.Scores s = experience.scores();
    Experience other =
        new Experience(
            experience.cut(),
            experience.responses(),
            new Experience.Scores(
                s.behaviourLogProbs(),
                Arrays.stream(s.oldLogProbs()).map(x -> x - 0.7).toArray(),
                s.refLogProbs(),
                s.entropies(),
                s.values(),
                s.tailValues()));
    Targets one = Targets.of(off, experience, REWARD_KL);
    Targets two = Targets.of(off, other, REWARD_KL);
    assertThat(two.policy().advantages()).isEqualTo(one.policy().advantages());
    assertThat(two.value().returns()).isEqualTo(one.value().returns());
    assertThat(two.policy().oldLogProbs()).isEqualTo(one.policy().oldLogProbs());
  }

  /** Neither a masked response's numbers nor its being there show in anything trained. */
  @Test
  void maskedResponsesAreAsIfTheyWereNotThere() {
    for (Algorithm algorithm : List.of(Algorithm.SAPO, Algorithm.GRPO, Algorithm.DR_GRPO)) {
      AlgorithmSettings settings =
          AlgorithmSettings.of(algorithm).toBuilder().overlong(Overlong.MASK).build();
      Experience experience = new SampleBatches(7).next();
      Targets targets = Targets.of(settings, experience, 0);
      MiniBatch all = targets.miniBatch(new int[] {0, 1, 2, 3});
      MiniBatch kept = targets.miniBatch(new int[] {0, 2});
      double[] logProbs = new SampleBatches(8).moved(experience.scores().oldLogProbs(), 0.5);
      double[] some = experience.cut().tokens().gather(logProbs, new int[] {0, 2});
      assertThat(all.policyLoss(logProbs, logProbs).loss())
          .isCloseTo(kept.policyLoss(some, some).loss(), within(1e-14));
      if (algorithm.usesCritic()) {
        assertThat(all.valueLoss(logProbs).loss())
            .isCloseTo(kept.valueLoss(some).loss(), within(1e-14));
      }
      double entropy = kept(experience, experience.scores().entropies());
      assertThat(entropy).isNotEqualTo(Targets.mean(experience.scores().entropies()));
      for (double offset : new double[] {-1e-9, 1e-9}) {
        AlgorithmSettings gated =
            settings.toBuilder().entropy(new EntropyBonus(0.1, entropy + offset)).build();
        assertThat(Targets.of(gated, experience, 0).policy().entropyBonus())
            .as("the gate is that of the others alone")
            .isEqualTo(offset > 0 ? 0.1 : 0);
      }
      MiniBatch.PolicyTerm counted = all.policyLoss(logProbs, logProbs);
      MiniBatch.PolicyTerm alone = kept.policyLoss(some, some);
      assertThat(counted.policy().tokens()).isEqualTo(alone.policy().tokens());
      assertThat(counted.policy().clipped()).isEqualTo(alone.policy().clipped());
      assertThat(counted.policy().kl()).isCloseTo(alone.policy().kl(), within(1e-14));
      MiniBatch nobody = targets.miniBatch(new int[] {1, 3});
      double[] others = experience.cut().tokens().gather(logProbs, new int[] {1, 3});
      assertThat(nobody.policyLoss(others, others).loss()).isZero();
      assertThat(nobody.policyLoss(others, others).gradient()).containsOnly(0);
    }
  }

  private static double kept(Experience experience, double[] perToken) {
    return Targets.mean(experience.cut().tokens().gather(perToken, new int[] {0, 2}));
  }
}
