package io.sapo.learner.algorithm;

import java.util.ArrayList;
import java.util.List;

/**
 * The losses of a whole batch, token by token from the formulas of docs/algorithms.md, without a
 * line of the code under test: every ratio is a root of a product of probabilities, every sum is
 * made anew for every token.
 */
final class SlowReference {
  private final AlgorithmSettings settings;
  private final Experience experience;
  private final double rewardKl;
  private final int[] row;
  private final int[] segment;

  SlowReference(AlgorithmSettings settings, Experience experience, double rewardKl) {
    this.settings = settings;
    this.experience = experience;
    this.rewardKl = rewardKl;
    this.row = owners(experience.cut().tokens().offsets());
    this.segment = owners(experience.cut().spans().offsets());
  }

  private static int[] owners(int[] offsets) {
    int[] owners = new int[offsets[offsets.length - 1]];
    for (int i = 0; i + 1 < offsets.length; i++) {
      for (int t = offsets[i]; t < offsets[i + 1]; t++) {
        owners[t] = i;
      }
    }
    return owners;
  }

  /** Tokens that share what the scope shares with this one. */
  private List<Integer> mates(Scope scope, int token) {
    List<Integer> mates = new ArrayList<>();
    for (int i = 0; i < row.length; i++) {
      boolean together =
          switch (scope) {
            case TOKEN -> i == token;
            case SEGMENT -> segment[i] == segment[token];
            case RESPONSE -> row[i] == row[token];
          };
      if (together) {
        mates.add(i);
      }
    }
    return mates;
  }

  private double ratio(
      Scope scope, boolean product, int token, double[] numerator, double[] denominator) {
    double ratio = 1;
    List<Integer> mates = mates(scope, token);
    for (int i : mates) {
      ratio *= Math.exp(numerator[i]) / Math.exp(denominator[i]);
    }
    return product ? ratio : Math.pow(ratio, 1.0 / mates.size());
  }

  boolean counts(int token) {
    return settings.overlong() != Overlong.MASK || !experience.responses().cutOff()[row[token]];
  }

  private double[] anchor() {
    return settings.offPolicy().mode() == OffPolicy.Mode.OFF
        ? experience.scores().behaviourLogProbs()
        : experience.scores().oldLogProbs();
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

  private static boolean critic(Algorithm algorithm) {
    return switch (algorithm) {
      case SAPO, SAPO_TOKEN_RATIO, PPO, VC_PPO -> true;
      case GRPO, DR_GRPO, DAPO, GSPO, RLOO -> false;
    };
  }

  private static Scope ratioScope(Algorithm algorithm) {
    return switch (algorithm) {
      case SAPO -> Scope.SEGMENT;
      case GSPO -> Scope.RESPONSE;
      case SAPO_TOKEN_RATIO, PPO, VC_PPO, GRPO, DR_GRPO, DAPO, RLOO -> Scope.TOKEN;
    };
  }

  Scope actionScope() {
    return switch (settings.algorithm()) {
      case SAPO, SAPO_TOKEN_RATIO -> Scope.SEGMENT;
      default -> Scope.TOKEN;
    };
  }

  /** Σ over the actions behind of (γλ)^l δ, each δ from its own sum of rewards. */
  double action(int token, double lambda, boolean vtrace) {
    List<Integer> firsts = new ArrayList<>();
    for (int i : mates(Scope.RESPONSE, token)) {
      if (mates(actionScope(), i).get(0) == i) {
        firsts.add(i);
      }
    }
    int at = firsts.indexOf(mates(actionScope(), token).get(0));
    double sum = 0;
    double factor = 1;
    for (int m = at; m < firsts.size(); m++) {
      double rho =
          vtrace
              ? ratio(
                  actionScope(),
                  false,
                  firsts.get(m),
                  experience.scores().oldLogProbs(),
                  experience.scores().behaviourLogProbs())
              : 1;
      factor *= Math.min(1, rho);
      double next = m + 1 < firsts.size() ? value(firsts.get(m + 1)) : tail(row[token]);
      double reward = 0;
      for (int i : mates(actionScope(), firsts.get(m))) {
        reward += reward(i);
      }
      sum += factor * (reward + settings.gamma() * next - value(firsts.get(m)));
      factor *= settings.gamma() * lambda;
    }
    return sum;
  }

  /** Where the value of a token's action is read. */
  private int reading(int token) {
    List<Integer> mates = mates(actionScope(), token);
    return settings.valueReading() == ValueReading.SEGMENT_START
        ? mates.get(0)
        : mates.get(mates.size() - 1);
  }

  double value(int token) {
    return experience.scores().values()[reading(token)];
  }

  /** R̂ of a token's action. */
  double returns(int token) {
    return action(token, settings.criticLambda(), settings.offPolicy().vtrace()) + value(token);
  }

  private double tail(int response) {
    return settings.overlong() == Overlong.BOOTSTRAP && experience.responses().cutOff()[response]
        ? experience.scores().tailValues()[response]
        : 0;
  }

  private double reward(int token) {
    double ratio = Math.exp(anchor()[token]) / Math.exp(experience.scores().refLogProbs()[token]);
    double kl = rewardKl == 0 ? 0 : divergence(settings.rewardKlEstimator(), ratio);
    boolean lastOfSegment = token + 1 == segment.length || segment[token + 1] != segment[token];
    return (lastOfSegment ? experience.responses().segmentRewards()[segment[token]] : 0)
        - rewardKl * kl;
  }

  /** Of one sample, from the ratio of its probabilities. */
  private static double divergence(KlEstimator estimator, double ratio) {
    return switch (estimator) {
      case K1 -> Math.log(ratio);
      case ABS -> Math.max(Math.log(ratio), Math.log(1 / ratio));
      case K2 -> Math.pow(Math.log(ratio), 2) / 2;
      case K3 -> 1 / ratio - 1 - Math.log(1 / ratio);
    };
  }

  double advantage(int token) {
    if (critic(settings.algorithm())) {
      List<Double> all = new ArrayList<>();
      for (int i = 0; i < row.length; i++) {
        if (counts(i)) {
          all.add(action(i, settings.lambda(), false));
        }
      }
      double mean = all.stream().mapToDouble(x -> x).average().orElse(0);
      double squares = all.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
      double white =
          (action(token, settings.lambda(), false) - mean)
              / Math.sqrt(squares / (all.size() - 1) + 1e-8);
      return Math.min(settings.advantageLimit(), Math.max(-settings.advantageLimit(), white));
    }
    return ofGroup(row[token]);
  }

  /** Of a response among those of its group; what is alone keeps its outcome. */
  private double ofGroup(int response) {
    double[] outcome = experience.responses().outcome();
    List<Double> group = new ArrayList<>();
    List<Double> others = new ArrayList<>();
    for (int i = 0; i < outcome.length; i++) {
      if (SampleBatches.GROUPS[i] == SampleBatches.GROUPS[response]) {
        group.add(outcome[i]);
        if (i != response) {
          others.add(outcome[i]);
        }
      }
    }
    boolean alone = others.isEmpty();
    double mine = outcome[response];
    double mean = alone ? 0 : mean(group);
    double squares = group.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
    double deviation = alone ? 1 : Math.sqrt(squares / others.size());
    return switch (settings.algorithm()) {
      case RLOO -> mine - (alone ? 0 : mean(others));
      case DR_GRPO -> mine - mean;
      default -> (mine - mean) / (deviation + 1e-6);
    };
  }

  private static double mean(List<Double> numbers) {
    return numbers.stream().mapToDouble(x -> x).average().orElseThrow();
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
    for (double entropy : experience.scores().entropies()) {
      old += entropy / entropies.length;
    }
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
