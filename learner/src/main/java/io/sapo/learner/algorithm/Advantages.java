package io.sapo.learner.algorithm;

/**
 * Generalised advantage estimation where a segment is one action (SAPO, section 3), V-trace
 * included.
 *
 * @param segments the segments of each response
 * @param rewards one a segment
 * @param values V(s_m), one a segment
 * @param tails V(s_{M+1}), one a response: 0 where it came to its end
 * @param gamma discount from segment to segment
 */
public record Advantages(
    Ragged segments, double[] rewards, double[] values, double[] tails, double gamma) {

  public Advantages {
    segments.requireSize(rewards, "rewards");
    segments.requireSize(values, "values");
    if (tails.length != segments.rows()) {
      throw new IllegalArgumentException(
          tails.length + " values behind " + segments.rows() + " responses");
    }
  }

  /**
   * δ_m = r_m + γ V_{m+1} − V_m; Â_m = Σ_l (γλ)^l δ_{m+l}.
   *
   * @return Â, one a segment; the returns are Â + V
   */
  public double[] gae(double lambda) {
    return corrected(lambda, null);
  }

  /**
   * What V-trace (Espeholt et al. 2018, eq. 1) adds to V: δ_m and the trace into it are scaled by
   * min(1, ρ_m), so that the returns are those of the policy trained and not of a stale behaviour
   * policy.
   *
   * @param ratios ρ_m = π_old / μ, one a segment
   */
  public double[] vtrace(double lambda, double[] ratios) {
    segments.requireSize(ratios, "ratios");
    return corrected(lambda, ratios);
  }

  private double[] corrected(double lambda, double[] ratios) {
    double[] advantages = new double[rewards.length];
    for (int row = 0; row < segments.rows(); row++) {
      double next = 0;
      double nextValue = tails[row];
      for (int m = segments.end(row) - 1; m >= segments.start(row); m--) {
        double delta = rewards[m] + gamma * nextValue - values[m];
        next = delta + gamma * lambda * next;
        if (ratios != null) {
          next *= Math.min(1, ratios[m]);
        }
        advantages[m] = next;
        nextValue = values[m];
      }
    }
    return advantages;
  }

  /** R̂_m = Â_m + V(s_m). */
  public static double[] returns(double[] advantages, double[] values) {
    double[] returns = new double[advantages.length];
    for (int m = 0; m < returns.length; m++) {
      returns[m] = advantages[m] + values[m];
    }
    return returns;
  }
}
