package io.sapo.learner.algorithm;

import java.util.ArrayList;
import java.util.List;

/** Rewards, values, returns and advantages of single tokens; see {@link SlowTokens}. */
abstract class SlowTargets extends SlowTokens {
  private final double rewardKl;

  SlowTargets(AlgorithmSettings settings, Experience experience, double rewardKl) {
    super(settings, experience);
    this.rewardKl = rewardKl;
  }

  private static boolean critic(Algorithm algorithm) {
    return switch (algorithm) {
      case SAPO, SAPO_TOKEN_RATIO, PPO, VC_PPO -> true;
      case GRPO, DR_GRPO, DAPO, GSPO, RLOO -> false;
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
  int reading(int token) {
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
      double limit = settings.advantageLimit();
      return limit == 0 ? white : Math.min(limit, Math.max(-limit, white));
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
}
