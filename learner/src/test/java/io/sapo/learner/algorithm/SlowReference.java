package io.sapo.learner.algorithm;

import java.util.ArrayList;
import java.util.List;

/**
 * The losses of a whole batch, token by token from the formulas of docs/algorithms.md: every ratio
 * is a root of a product of probabilities, every sum is made anew for every token.
 */
final class SlowReference extends SlowTargets {
  SlowReference(AlgorithmSettings settings, Experience experience, double rewardKl) {
    super(settings, experience, rewardKl);
  }

  double weight(int token) {
    double weight = unnormalized(token);
    if (!settings.offPolicy().normalize()) {
      return weight;
    }
    double sum = 0;
    int tokens = 0;
    for (int i = 0; i < row.length; i++) {
      sum += counts(i) ? unnormalized(i) : 0;
      tokens += counts(i) ? 1 : 0;
    }
    return weight / (sum / tokens);
  }

  private double unnormalized(int token) {
    OffPolicy o = settings.offPolicy();
    double[] old = experience.scores().oldLogProbs();
    double[] behaviour = experience.scores().behaviourLogProbs();
    if (o.rejection() != null) {
      OffPolicy.Measure measure = o.rejection().measure();
      double rho =
          ratio(measure.scope(), measure.form() == OffPolicy.Form.PRODUCT, token, old, behaviour);
      if (rho < o.rejection().low() || rho > o.rejection().high()) {
        return 0;
      }
    }
    for (int i : mates(Scope.RESPONSE, token)) {
      if (Math.exp(old[i]) / Math.exp(behaviour[i]) < o.veto()) {
        return 0;
      }
    }
    double rho =
        ratio(
            o.weighting().scope(),
            o.weighting().form() == OffPolicy.Form.PRODUCT,
            token,
            old,
            behaviour);
    boolean within = o.low() <= rho && rho <= o.high();
    return switch (o.mode()) {
      case OFF, NONE -> 1;
      case TRUNCATE -> rho < o.cap() ? rho : o.cap();
      case MASK -> within ? 1 : 0;
      case ICEPOP -> within ? rho : 0;
    };
  }

  private static Scope ratioScope(Algorithm algorithm) {
    return switch (algorithm) {
      case SAPO -> Scope.SEGMENT;
      case GSPO -> Scope.RESPONSE;
      case SAPO_TOKEN_RATIO, PPO, VC_PPO, GRPO, DR_GRPO, DAPO, RLOO -> Scope.TOKEN;
    };
  }

  private double aggregation(int token) {
    int tokens = 0;
    int rows = 0;
    for (int i = 0; i < row.length; i++) {
      if (counts(i)) {
        tokens++;
        rows += i == 0 || row[i - 1] != row[i] ? 1 : 0;
      }
    }
    int length = mates(Scope.RESPONSE, token).size();
    return switch (settings.aggregation()) {
      case TOKEN_MEAN -> 1.0 / tokens;
      case SEQ_MEAN_TOKEN_SUM -> 1.0 / rows;
      case SEQ_MEAN_TOKEN_MEAN -> 1.0 / (rows * length);
      case SEQ_MEAN_TOKEN_SUM_NORM -> 1.0 / (rows * experience.responses().limits()[row[token]]);
    };
  }

  double loss(double[] logProbs, double[] entropies) {
    Clip clip = settings.clip();
    double old = 0;
    int tokens = 0;
    for (int i = 0; i < row.length; i++) {
      old += counts(i) ? experience.scores().entropies()[i] : 0;
      tokens += counts(i) ? 1 : 0;
    }
    old /= tokens;
    EntropyBonus bonus = settings.entropy();
    boolean pays = bonus.target() == 0 || old < bonus.target();
    double loss = 0;
    for (int i = 0; i < row.length; i++) {
      if (!counts(i)) {
        continue;
      }
      double s = ratio(ratioScope(settings.algorithm()), false, i, logProbs, anchor());
      double a = advantage(i);
      double token = Math.max(-a * s, -a * Math.min(1 + clip.high(), Math.max(1 - clip.low(), s)));
      if (a < 0 && clip.dual() > 0) {
        token = Math.min(token, -a * clip.dual());
      }
      double ratio = Math.exp(logProbs[i]) / Math.exp(experience.scores().refLogProbs()[i]);
      double kl = settings.lossKl() == 0 ? 0 : divergence(settings.lossKlEstimator(), ratio);
      loss +=
          aggregation(i)
              * (weight(i) * token
                  + settings.lossKl() * kl
                  - (pays ? bonus.coefficient() : 0) * entropies[i]);
    }
    return loss;
  }

  /** The loss of a critic that now gives these values, one a token. */
  double valueLoss(double[] values) {
    double loss = 0;
    for (int first : firsts()) {
      double moved =
          Math.max(
              value(first) - settings.valueClip(),
              Math.min(value(first) + settings.valueClip(), values[reading(first)]));
      double free = Math.pow(values[reading(first)] - returns(first), 2);
      loss += weightOfAction(first) * Math.max(free, Math.pow(moved - returns(first), 2)) / 2;
    }
    return loss;
  }

  /** First tokens of the actions that are trained on. */
  private List<Integer> firsts() {
    List<Integer> firsts = new ArrayList<>();
    for (int i = 0; i < row.length; i++) {
      if (counts(i) && mates(actionScope(), i).get(0) == i) {
        firsts.add(i);
      }
    }
    return firsts;
  }

  /** As {@link #aggregation}, with actions in place of tokens. */
  private double weightOfAction(int first) {
    List<Integer> all = firsts();
    long rows = all.stream().map(i -> row[i]).distinct().count();
    long beside = all.stream().filter(i -> row[i] == row[first]).count();
    return switch (settings.aggregation()) {
      case TOKEN_MEAN -> 1.0 / all.size();
      case SEQ_MEAN_TOKEN_SUM -> 1.0 / rows;
      case SEQ_MEAN_TOKEN_MEAN -> 1.0 / (rows * beside);
      case SEQ_MEAN_TOKEN_SUM_NORM -> 1.0 / (rows * experience.responses().limits()[row[first]]);
    };
  }

  int tokens() {
    return row.length;
  }
}
