package io.sapo.learner.algorithm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Every algorithm with every correction; corrections and options that bite in sampled batches. */
final class FormulaCases {

  private FormulaCases() {}

  /** Settings under a name. */
  record Case(String name, AlgorithmSettings settings) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (Algorithm algorithm : Algorithm.values()) {
      AlgorithmSettings published = AlgorithmSettings.of(algorithm);
      cases.add(new Case(algorithm.configName(), published));
      for (OffPolicy.Mode mode : OffPolicy.Mode.values()) {
        for (Scope scope : Scope.values()) {
          for (OffPolicy.Form form : OffPolicy.Form.values()) {
            cases.add(
                new Case(
                    "%s %s %s %s".formatted(algorithm.configName(), mode, scope, form),
                    with(published, o -> weighted(mode, new OffPolicy.Measure(scope, form)))));
          }
        }
      }
    }
    for (Algorithm algorithm : List.of(Algorithm.SAPO, Algorithm.PPO, Algorithm.GRPO)) {
      AlgorithmSettings published = AlgorithmSettings.of(algorithm);
      for (Scope scope : Scope.values()) {
        for (OffPolicy.Form form : OffPolicy.Form.values()) {
          cases.add(
              new Case(
                  "%s rejection %s %s".formatted(algorithm.configName(), scope, form),
                  with(published, o -> rejecting(o, new OffPolicy.Measure(scope, form)))));
        }
      }
      cases.add(new Case(algorithm + " veto", with(published, o -> vetoing(o))));
      cases.add(new Case(algorithm + " normalized", with(published, o -> normalized(o))));
      for (Overlong overlong : Overlong.values()) {
        if (overlong != Overlong.BOOTSTRAP || algorithm.usesCritic()) {
          cases.add(
              new Case(
                  algorithm + " overlong " + overlong,
                  published.toBuilder().overlong(overlong).build()));
        }
      }
      for (Aggregation aggregation : Aggregation.values()) {
        cases.add(
            new Case(
                algorithm + " " + aggregation,
                published.toBuilder().aggregation(aggregation).overlong(Overlong.MASK).build()));
      }
      for (double target : new double[] {0, 1e-3, 1.5}) {
        cases.add(
            new Case(
                algorithm + " entropy bonus below " + target,
                published.toBuilder().entropy(new EntropyBonus(0.3, target)).build()));
      }
      cases.add(
          new Case(
              algorithm + " dual clip",
              published.toBuilder().clip(new Clip(0.2, 0.28, 1.05)).build()));
      for (KlEstimator estimator : KlEstimator.values()) {
        cases.add(
            new Case(
                algorithm + " loss-kl " + estimator,
                published.toBuilder().lossKl(0.2).lossKlEstimator(estimator).build()));
      }
    }
    for (Algorithm algorithm : List.of(Algorithm.SAPO, Algorithm.PPO)) {
      cases.addAll(ofCritics(algorithm));
    }
    return cases;
  }

  private static List<Case> ofCritics(Algorithm algorithm) {
    AlgorithmSettings published = AlgorithmSettings.of(algorithm);
    List<Case> cases = new ArrayList<>();
    for (ValueReading reading : ValueReading.values()) {
      for (double gamma : new double[] {1, 0.9}) {
        AlgorithmSettings.Builder changed =
            published.toBuilder().valueReading(reading).gamma(gamma).lambda(0.7).criticLambda(0.4);
        cases.add(new Case("%s %s gamma %s".formatted(algorithm, reading, gamma), changed.build()));
      }
    }
    for (KlEstimator estimator : KlEstimator.values()) {
      cases.add(
          new Case(
              algorithm + " reward-kl " + estimator,
              published.toBuilder().rewardKlEstimator(estimator).build()));
    }
    cases.add(
        new Case(
            algorithm + " narrow bounds",
            published.toBuilder().valueClip(0.05).advantageLimit(0.6).build()));
    cases.add(new Case(algorithm + " v-trace", with(published, FormulaCases::vtraced)));
    return cases;
  }

  static List<Case> withACritic() {
    return all().stream().filter(c -> c.settings().usesCritic()).toList();
  }

  static AlgorithmSettings with(AlgorithmSettings settings, UnaryOperator<OffPolicy> change) {
    return settings.toBuilder().offPolicy(change.apply(settings.offPolicy())).build();
  }

  static OffPolicy weighted(OffPolicy.Mode mode, OffPolicy.Measure measure) {
    return new OffPolicy(mode, measure, 1.1, 0.9, 1.2, null, 0, false, false);
  }

  private static OffPolicy rejecting(OffPolicy o, OffPolicy.Measure measure) {
    return new OffPolicy(
        o.mode(),
        o.weighting(),
        o.cap(),
        o.low(),
        o.high(),
        new OffPolicy.Rejection(measure, 0.85, 1.15),
        0,
        false,
        false);
  }

  private static OffPolicy vetoing(OffPolicy o) {
    return new OffPolicy(
        o.mode(), o.weighting(), o.cap(), o.low(), o.high(), null, 0.72, false, false);
  }

  private static OffPolicy normalized(OffPolicy o) {
    return new OffPolicy(o.mode(), o.weighting(), o.cap(), o.low(), o.high(), null, 0, true, false);
  }

  static OffPolicy vtraced(OffPolicy o) {
    return new OffPolicy(o.mode(), o.weighting(), o.cap(), o.low(), o.high(), null, 0, false, true);
  }
}
