package io.sapo.learner.algorithm;

import static io.sapo.learner.algorithm.OptionCases.Part.ADVANTAGES;
import static io.sapo.learner.algorithm.OptionCases.Part.ANCHOR;
import static io.sapo.learner.algorithm.OptionCases.Part.ENTROPY_GRADIENT;
import static io.sapo.learner.algorithm.OptionCases.Part.KEPT;
import static io.sapo.learner.algorithm.OptionCases.Part.KL_LOSS;
import static io.sapo.learner.algorithm.OptionCases.Part.OLD_VALUES;
import static io.sapo.learner.algorithm.OptionCases.Part.POLICY_GRADIENT;
import static io.sapo.learner.algorithm.OptionCases.Part.RETURNS;
import static io.sapo.learner.algorithm.OptionCases.Part.VALUE_GRADIENT;
import static io.sapo.learner.algorithm.OptionCases.Part.WEIGHTS;

import io.sapo.learner.algorithm.OffPolicy.Form;
import io.sapo.learner.algorithm.OffPolicy.Measure;
import io.sapo.learner.algorithm.OffPolicy.Mode;
import io.sapo.learner.algorithm.OffPolicy.Rejection;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * For every option of an algorithm, settings without and with it, and what of a batch's targets and
 * gradients the option is meant to change.
 */
final class OptionCases {

  /** What a batch is trained towards, piece by piece. */
  enum Part {
    /** Which responses are trained on. */
    KEPT,
    /** π_old of the ratio. */
    ANCHOR,
    ADVANTAGES,
    /** Off-policy weights. */
    WEIGHTS,
    OLD_VALUES,
    RETURNS,
    POLICY_GRADIENT,
    KL_LOSS,
    ENTROPY_GRADIENT,
    VALUE_GRADIENT
  }

  /** With bounds that bite in {@link SampleBatches}. */
  private static final Offs TRUNCATED =
      new Offs(Mode.TRUNCATE, Scope.SEGMENT, Form.MEAN, 1.1, 0.9, 1.2, null, 0, false, false);

  private static final AlgorithmSettings SAPO =
      AlgorithmSettings.of(Algorithm.SAPO).toBuilder().offPolicy(TRUNCATED.made()).build();
  private static final AlgorithmSettings GRPO =
      AlgorithmSettings.of(Algorithm.GRPO).toBuilder().offPolicy(TRUNCATED.made()).build();

  /** {@link OffPolicy}, to be changed field by field. */
  private record Offs(
      Mode mode,
      Scope scope,
      Form form,
      double cap,
      double low,
      double high,
      Rejection rejection,
      double veto,
      boolean normalize,
      boolean vtrace) {
    OffPolicy made() {
      return new OffPolicy(
          mode, new Measure(scope, form), cap, low, high, rejection, veto, normalize, vtrace);
    }

    Offs mode(Mode value) {
      return new Offs(value, scope, form, cap, low, high, rejection, veto, normalize, vtrace);
    }

    Offs measured(Scope by, Form as) {
      return new Offs(mode, by, as, cap, low, high, rejection, veto, normalize, vtrace);
    }

    Offs bounds(double most, double from, double to) {
      return new Offs(mode, scope, form, most, from, to, rejection, veto, normalize, vtrace);
    }

    Offs rejecting(Scope by, Form as, double from, double to) {
      Rejection value = new Rejection(new Measure(by, as), from, to);
      return new Offs(mode, scope, form, cap, low, high, value, veto, normalize, vtrace);
    }

    Offs rest(double below, boolean divided, boolean traced) {
      return new Offs(mode, scope, form, cap, low, high, rejection, below, divided, traced);
    }
  }

  /** One switch. */
  record Case(String name, AlgorithmSettings before, AlgorithmSettings after, Set<Part> changes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Set<Part> LOSSES = EnumSet.of(POLICY_GRADIENT, VALUE_GRADIENT);
  private static final Set<Part> WEIGHED = EnumSet.of(WEIGHTS, POLICY_GRADIENT);
  private static final Set<Part> FROM_REWARDS =
      EnumSet.of(ADVANTAGES, RETURNS, POLICY_GRADIENT, VALUE_GRADIENT);

  static List<Case> corrections() {
    Offs mask = TRUNCATED.mode(Mode.MASK);
    Offs icepop = TRUNCATED.mode(Mode.ICEPOP);
    Offs rejecting = TRUNCATED.rejecting(Scope.SEGMENT, Form.MEAN, 0.85, 1.15);
    List<Case> cases = new ArrayList<>();
    cases.add(off("off-policy none", TRUNCATED, TRUNCATED.mode(Mode.NONE), WEIGHED));
    cases.add(off("off-policy mask", TRUNCATED, mask, WEIGHED));
    cases.add(off("off-policy icepop", TRUNCATED, icepop, WEIGHED));
    cases.add(
        off(
            "off-policy off",
            TRUNCATED.mode(Mode.NONE),
            TRUNCATED.mode(Mode.OFF),
            EnumSet.of(ANCHOR, ADVANTAGES, RETURNS, POLICY_GRADIENT, VALUE_GRADIENT)));
    for (Offs weighted : List.of(TRUNCATED, mask, icepop)) {
      for (Scope scope : List.of(Scope.TOKEN, Scope.RESPONSE)) {
        Offs other = weighted.measured(scope, Form.MEAN);
        cases.add(off(weighted.mode() + " off-policy-scope " + scope, weighted, other, WEIGHED));
      }
      Offs product = weighted.measured(Scope.SEGMENT, Form.PRODUCT);
      cases.add(off(weighted.mode() + " off-policy-form", weighted, product, WEIGHED));
    }
    cases.add(off("off-policy-cap", TRUNCATED, TRUNCATED.bounds(1.05, 0.9, 1.2), WEIGHED));
    cases.add(off("bounds of truncation", TRUNCATED, TRUNCATED.bounds(1.1, 0.95, 1.05), Set.of()));
    cases.add(off("off-policy-low of mask", mask, mask.bounds(1.1, 0.97, 1.2), WEIGHED));
    cases.add(off("off-policy-high of mask", mask, mask.bounds(1.1, 0.9, 1.05), WEIGHED));
    cases.add(off("cap of mask", mask, mask.bounds(1.05, 0.9, 1.2), Set.of()));
    cases.add(off("off-policy-low of icepop", icepop, icepop.bounds(1.1, 0.97, 1.2), WEIGHED));
    cases.add(off("off-policy-high of icepop", icepop, icepop.bounds(1.1, 0.9, 1.05), WEIGHED));
    cases.add(off("rejection", TRUNCATED, rejecting, WEIGHED));
    cases.add(
        off(
            "rejection-scope",
            rejecting,
            TRUNCATED.rejecting(Scope.TOKEN, Form.MEAN, 0.85, 1.15),
            WEIGHED));
    cases.add(
        off(
            "rejection-form",
            rejecting,
            TRUNCATED.rejecting(Scope.SEGMENT, Form.PRODUCT, 0.85, 1.15),
            WEIGHED));
    cases.add(
        off(
            "rejection-low",
            rejecting,
            TRUNCATED.rejecting(Scope.SEGMENT, Form.MEAN, 0.97, 1.15),
            WEIGHED));
    cases.add(
        off(
            "rejection-high",
            rejecting,
            TRUNCATED.rejecting(Scope.SEGMENT, Form.MEAN, 0.85, 1.03),
            WEIGHED));
    cases.add(off("off-policy-veto", TRUNCATED, TRUNCATED.rest(0.72, false, false), WEIGHED));
    cases.add(off("off-policy-normalize", TRUNCATED, TRUNCATED.rest(0, true, false), WEIGHED));
    cases.add(
        off(
            "v-trace",
            TRUNCATED,
            TRUNCATED.rest(0, false, true),
            EnumSet.of(RETURNS, VALUE_GRADIENT)));
    return cases;
  }

  static List<Case> others() {
    EntropyBonus always = new EntropyBonus(0.3, 0);
    AlgorithmSettings paying = SAPO.toBuilder().entropy(always).build();
    AlgorithmSettings anchored = SAPO.toBuilder().lossKl(0.1).build();
    Clip clip = SAPO.clip();
    return List.of(
        sapo("overlong mask", s -> s.overlong(Overlong.MASK), masked()),
        sapo("overlong bootstrap", s -> s.overlong(Overlong.BOOTSTRAP), FROM_REWARDS),
        sapo("overlong penalty", s -> s.overlong(Overlong.PENALTY), Set.of()),
        sapo("entropy-bonus", s -> s.entropy(always), Set.of(ENTROPY_GRADIENT)),
        of(
            "target-entropy below the batch's",
            paying,
            s -> s.entropy(new EntropyBonus(0.3, 1e-3)),
            Set.of(ENTROPY_GRADIENT)),
        of(
            "target-entropy above the batch's",
            paying,
            s -> s.entropy(new EntropyBonus(0.3, 9)),
            Set.of()),
        sapo(
            "value-reading",
            s -> s.valueReading(ValueReading.SEGMENT_END),
            EnumSet.of(OLD_VALUES, ADVANTAGES, RETURNS, POLICY_GRADIENT, VALUE_GRADIENT)),
        sapo("gamma", s -> s.gamma(0.9), FROM_REWARDS),
        sapo("lambda", s -> s.lambda(0.5), EnumSet.of(ADVANTAGES, POLICY_GRADIENT)),
        sapo("critic-lambda", s -> s.criticLambda(0.5), EnumSet.of(RETURNS, VALUE_GRADIENT)),
        sapo(
            "clip-low",
            s -> s.clip(new Clip(0.05, clip.high(), clip.dual())),
            Set.of(POLICY_GRADIENT)),
        sapo(
            "clip-high",
            s -> s.clip(new Clip(clip.low(), 0.05, clip.dual())),
            Set.of(POLICY_GRADIENT)),
        sapo(
            "dual-clip",
            s -> s.clip(new Clip(clip.low(), clip.high(), 1.02)),
            Set.of(POLICY_GRADIENT)),
        sapo("value-clip", s -> s.valueClip(0.05), Set.of(VALUE_GRADIENT)),
        sapo(
            "advantage-limit", s -> s.advantageLimit(0.5), EnumSet.of(ADVANTAGES, POLICY_GRADIENT)),
        sapo("reward-kl-estimator", s -> s.rewardKlEstimator(KlEstimator.K3), FROM_REWARDS),
        sapo("aggregation", s -> s.aggregation(Aggregation.SEQ_MEAN_TOKEN_MEAN), LOSSES),
        sapo("loss-kl", s -> s.lossKl(0.1), EnumSet.of(KL_LOSS, POLICY_GRADIENT)),
        of(
            "loss-kl-estimator",
            anchored,
            s -> s.lossKlEstimator(KlEstimator.K2),
            EnumSet.of(KL_LOSS, POLICY_GRADIENT)),
        of(
            "overlong mask of groups",
            GRPO,
            s -> s.overlong(Overlong.MASK),
            EnumSet.of(KEPT, POLICY_GRADIENT, KL_LOSS)),
        of(
            "aggregation with a KL term",
            GRPO,
            s -> s.aggregation(Aggregation.TOKEN_MEAN),
            EnumSet.of(POLICY_GRADIENT, KL_LOSS)),
        of(
            "the critic's options without one",
            GRPO,
            s ->
                s.gamma(0.9)
                    .lambda(0.5)
                    .criticLambda(0.5)
                    .valueClip(0.05)
                    .advantageLimit(0.5)
                    .valueReading(ValueReading.SEGMENT_END),
            Set.of()));
  }

  private static Set<Part> masked() {
    return EnumSet.of(KEPT, ADVANTAGES, POLICY_GRADIENT, VALUE_GRADIENT);
  }

  private static Case off(String name, Offs before, Offs after, Set<Part> changes) {
    return new Case(
        name,
        SAPO.toBuilder().offPolicy(before.made()).build(),
        SAPO.toBuilder().offPolicy(after.made()).build(),
        changes);
  }

  private static Case sapo(
      String name, UnaryOperator<AlgorithmSettings.Builder> change, Set<Part> changes) {
    return of(name, SAPO, change, changes);
  }

  private static Case of(
      String name,
      AlgorithmSettings before,
      UnaryOperator<AlgorithmSettings.Builder> change,
      Set<Part> changes) {
    return new Case(name, before, change.apply(before.toBuilder()).build(), changes);
  }

  private OptionCases() {}
}
