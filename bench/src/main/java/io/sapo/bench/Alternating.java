package io.sapo.bench;

/**
 * Rates of a limit and a candidate that took turns: limit, candidate, limit, candidate, …, limit.
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
      ratios[i] = 2 * candidates[i] / (limits[i] + limits[i + 1]);
    }
    return Medians.of(ratios);
  }

  double limit() {
    return Medians.of(limits);
  }

  double candidate() {
    return Medians.of(candidates);
  }
}
