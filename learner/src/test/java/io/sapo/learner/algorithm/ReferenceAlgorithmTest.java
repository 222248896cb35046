package io.sapo.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Parity with public implementations on every case found: see {@link ReferenceCase#all}. The files
 * round their inputs to twelve digits, which whitening magnifies, hence not closer than 1e-7. Means
 * of the public implementations divide by the number of tokens plus 1e-8, which moves whitened
 * advantages by {@link #shift}.
 */
class ReferenceAlgorithmTest {

  private static final double RELATIVE = 1e-7;
  private static final double FLOOR = 1e-8;

  /** Added to the number of tokens, and to the variance of advantages. */
  private static final double REFERENCE_EPSILON = 1e-8;

  /** Added to the deviation of a group's rewards. */
  private static final double GROUP_EPSILON = 1e-6;

  static List<ReferenceCase> cases() throws IOException {
    return ReferenceCase.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void klEstimators(ReferenceCase reference) {
    double[] old = reference.input("old_log_prob");
    double[] ref = reference.input("ref_log_prob");
    for (KlEstimator estimator : KlEstimator.values()) {
      double[] kl =
          IntStream.range(0, old.length)
              .mapToDouble(i -> estimator.estimate(old[i] - ref[i]))
              .toArray();
      assertClose(kl, reference.expectedKl(estimator), estimator.name());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokenLevelRewards(ReferenceCase reference) {
    AlgorithmSettings settings = reference.settings(Algorithm.PPO, ValueReading.SEGMENT_END);
    double[] rewards =
        Rewards.klPenalty(
            reference.input("old_log_prob"),
            reference.input("ref_log_prob"),
            settings.rewardKl().initial(),
            settings.rewardKlEstimator());
    double[] outcome = reference.outcomes();
    for (int row = 0; row < outcome.length; row++) {
      rewards[reference.tokens.end(row) - 1] += outcome[row];
    }
    assertClose(rewards, reference.expected("token_level_rewards"), "rewards");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sapoWithEitherReadingAndRatio(ReferenceCase reference) {
    for (ValueReading reading : ValueReading.values()) {
      String path =
          reading == ValueReading.SEGMENT_START
              ? "sapo/value_at_segment_start/"
              : "sapo/value_at_segment_end/";
      checkTargetsAndPolicy(reference, Algorithm.SAPO, reading, path, "segment_ratio/");
      checkTargetsAndPolicy(reference, Algorithm.SAPO_TOKEN_RATIO, reading, path, "token_ratio/");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valueLoss(ReferenceCase reference) {
    Targets targets = targets(reference, Algorithm.SAPO, ValueReading.SEGMENT_END);
    MiniBatch.ValueTerm value = whole(targets).valueLoss(reference.input("value_predictions"));
    String path = "sapo/value_at_segment_end/value_loss/";
    assertClose(
        value.loss(), reference.lossScale() * reference.number(path + "loss"), "value loss");
    assertClose(
        (double) value.clipped() / value.actions(),
        reference.number(path + "clip_fraction"),
        "value clip fraction");
    assertClose(value.gradient(), scaled(reference, path + "grad_vpreds"), "value gradient");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ppo(ReferenceCase reference) {
    checkTargetsAndPolicy(reference, Algorithm.PPO, ValueReading.SEGMENT_START, "ppo/", "");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void groupRelativeAndLeaveOneOut(ReferenceCase reference) {
    for (Algorithm algorithm :
        List.of(Algorithm.GRPO, Algorithm.DAPO, Algorithm.GSPO, Algorithm.RLOO)) {
      String path = algorithm == Algorithm.RLOO ? "rloo" : "grpo";
      assertClose(
          targets(reference, algorithm, ValueReading.SEGMENT_START).policy().advantages(),
          reference.expected(path + "/advantages"),
          roundingOfGroups(reference),
          path);
    }
  }

  /** Rewards that are all alike have a mean with another last bit, and next to no deviation. */
  private static double roundingOfGroups(ReferenceCase reference) {
    double largest = Arrays.stream(reference.outcomes()).map(Math::abs).max().orElseThrow();
    return 4 * Math.ulp(largest) / GROUP_EPSILON;
  }

  private static void checkTargetsAndPolicy(
      ReferenceCase reference,
      Algorithm algorithm,
      ValueReading reading,
      String path,
      String ratioPath) {
    Targets targets = targets(reference, algorithm, reading);
    double[] advantages = reference.expected(path + "advantages");
    double shift = shift(targets.value());
    assertClose(targets.policy().advantages(), advantages, shift, path + "advantages");
    assertClose(
        targets.value().actions().spans().spread(targets.value().returns()),
        reference.expected(path + "returns"),
        0,
        path + "returns");
    if (largest(advantages) > shift) {
      checkPolicy(reference, targets, shift, path + ratioPath);
    }
  }

  private static void checkPolicy(
      ReferenceCase reference, Targets targets, double shift, String at) {
    MiniBatch.PolicyTerm term =
        whole(targets).policyLoss(reference.input("log_prob"), reference.input("token_entropy"));
    PolicyLoss.Result policy = term.policy();
    double loss = reference.lossScale() * reference.number(at + "policy_loss");
    double[] gradient = scaled(reference, at + "grad_log_prob");
    AlgorithmSettings settings = reference.settings(Algorithm.SAPO, ValueReading.SEGMENT_START);
    double[] weights =
        settings.aggregation().weights(reference.tokens, allKept(reference), reference.limits());
    double perToken = shift * Math.max(1 + settings.clip().high(), settings.clip().dual());
    assertThat(term.loss())
        .as(at + "policy_loss")
        .isCloseTo(
            loss,
            within(
                RELATIVE * Math.abs(loss)
                    + FLOOR * Arrays.stream(gradient).map(Math::abs).sum()
                    + perToken * Arrays.stream(weights).sum()));
    assertClose(
        (double) policy.clipped() / policy.tokens(),
        reference.number(at + "clip_fraction"),
        at + "clip_fraction");
    if (!at.startsWith("ppo")) {
      assertClose(
          (double) policy.clippedLower() / policy.tokens(),
          reference.number(at + "clip_fraction_lower"),
          at + "clip_fraction_lower");
    }
    assertClose(
        policy.kl() / policy.tokens(), reference.number(at + "approx_kl"), at + "approx_kl");
    assertClose(term.gradient(), gradient, perToken * largest(weights), at + "gradient");
  }

  /**
   * How far the reference's whitened advantages lie beside (A − mean) / deviation: its mean is too
   * small by 1e-8 / tokens of itself. A hundredth more, for what that rounds.
   */
  private static double shift(ValueTargets value) {
    double[] perAction = new double[value.returns().length];
    for (int m = 0; m < perAction.length; m++) {
      perAction[m] = value.returns()[m] - value.oldValues()[m];
    }
    double[] advantages = value.actions().spans().spread(perAction);
    double mean = Arrays.stream(advantages).average().orElseThrow();
    double squares = Arrays.stream(advantages).map(a -> (a - mean) * (a - mean)).sum();
    double variance = squares / Math.max(1, advantages.length - 1);
    return 1.01
        * REFERENCE_EPSILON
        / advantages.length
        * Math.abs(mean)
        / Math.sqrt(variance + REFERENCE_EPSILON);
  }

  private static Targets targets(
      ReferenceCase reference, Algorithm algorithm, ValueReading reading) {
    AlgorithmSettings settings = reference.settings(algorithm, reading);
    return Targets.of(settings, reference.experience(), settings.rewardKl().initial());
  }

  private static MiniBatch whole(Targets targets) {
    return targets.miniBatch(
        IntStream.range(0, targets.value().actions().tokens().rows()).toArray());
  }

  private static boolean[] allKept(ReferenceCase reference) {
    boolean[] kept = new boolean[reference.tokens.rows()];
    Arrays.fill(kept, true);
    return kept;
  }

  /** A loss's gradient, as our averages have it. */
  private static double[] scaled(ReferenceCase reference, String path) {
    return Arrays.stream(reference.expected(path)).map(g -> reference.lossScale() * g).toArray();
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  private static void assertClose(double[] actual, double[] expected, String what) {
    assertClose(actual, expected, 0, what);
  }

  /** Relative to the element itself, with a floor for what rounding of the inputs leaves. */
  private static void assertClose(double[] actual, double[] expected, double slack, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    double floor = FLOOR * largest(expected) + slack;
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i])
          .as(what + "[" + i + "]")
          .isCloseTo(expected[i], within(RELATIVE * Math.abs(expected[i]) + floor));
    }
  }

  private static void assertClose(double actual, double expected, String what) {
    assertThat(actual)
        .as(what)
        .isCloseTo(
            expected,
            within(RELATIVE * Math.abs(expected) + FLOOR * Math.max(Math.abs(expected), 1e-2)));
  }
}
