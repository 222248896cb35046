package io.sapo.learner.algorithm;

import java.util.ArrayList;
import java.util.List;

/**
 * A batch token by token, as the formulas of docs/algorithms.md speak of it, without a line of the
 * code under test.
 */
abstract class SlowTokens {
  final AlgorithmSettings settings;
  final Experience experience;
  final int[] row;
  final int[] segment;

  SlowTokens(AlgorithmSettings settings, Experience experience) {
    this.settings = settings;
    this.experience = experience;
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
  List<Integer> mates(Scope scope, int token) {
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

  double ratio(Scope scope, boolean product, int token, double[] numerator, double[] denominator) {
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

  double[] anchor() {
    return settings.offPolicy().mode() == OffPolicy.Mode.OFF
        ? experience.scores().behaviourLogProbs()
        : experience.scores().oldLogProbs();
  }

  /** Of one sample, from the ratio of its probabilities. */
  static double divergence(KlEstimator estimator, double ratio) {
    return switch (estimator) {
      case K1 -> Math.log(ratio);
      case ABS -> Math.max(Math.log(ratio), Math.log(1 / ratio));
      case K2 -> Math.pow(Math.log(ratio), 2) / 2;
      case K3 -> 1 / ratio - 1 - Math.log(1 / ratio);
    };
  }
}
