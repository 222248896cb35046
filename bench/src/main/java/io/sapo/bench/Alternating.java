package io.sapo.bench;

/**
 * Rates of an upper bound and a candidate, measured in turns: bound, candidate, bound, candidate,
 * …, bound.
 *
 * @param limits one more than there are candidates
 */
record Alternating(double[] limits, double[] candidates) {

  /** Measures a rate, in whatever unit; higher is faster. */
  interface Rate {
    double measure() throws Exception;
  }

  static Alternating measure(int rounds, Rate limit, Rate candidate) throws Exception {
    double[] limits = new double[rounds + 1];
    double[] candidates = new double[rounds];
    limits[0] = limit.measure();
    for (int i = 0; i < rounds; i++) {
      candidates[i] = candidate.measure();
      limits[i + 1] = limit.measure();
    }
    return new Alternating(limits, candidates);
  }

  /** Median of each candidate's share of the mean of the limits before and after it. */
  double ratio() {
    double[] ratios = new double[candidates.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = 1 / cost(i);
    }
    return Medians.of(ratios);
  }

  /**
   * How much the candidate's cost, in what the limit costs beside it, differs between its first and
   * its last rounds.
   *
   * @param rounds how many are first, and how many last
   */
  double change(int rounds) {
    double[] first = new double[rounds];
    double[] last = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      first[i] = cost(i);
      last[i] = cost(candidates.length - 1 - i);
    }
    return Math.abs(Medians.of(last) / Medians.of(first) - 1);
  }

  private double cost(int i) {
    return (limits[i] + limits[i + 1]) / 2 / candidates[i];
  }

  double limit() {
    return Medians.of(limits);
  }

  double candidate() {
    return Medians.of(candidates);
  }
}
