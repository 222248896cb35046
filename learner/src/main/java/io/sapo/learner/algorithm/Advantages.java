package io.sapo.learner.algorithm;

/** Generalised advantage estimation where a segment is one action (SAPO, section 3). */
public final class Advantages {

  private Advantages() {}

  /**
   * δ_m = r_m + γ V_{m+1} − V_m with V_{M+1} = 0; Â_m = Σ_l (γλ)^l δ_{m+l}.
   *
   * @param segments the segments of each response
   * @param rewards one a segment
   * @param values V(s_m), one a segment
   * @return Â, one a segment; the returns are Â + V
   */
  public static double[] gae(
      Ragged segments, double[] rewards, double[] values, double gamma, double lambda) {
    return corrected(segments, rewards, values, gamma, lambda, null);
  }

  /**
   * The same corrected for a stale behaviour policy after V-trace (Espeholt et al. 2018): both δ_m
   * and the trace into it are scaled by min(1, ρ_m).
   *
   * @param ratios ρ_m = π_old / μ, one a segment
   */
  public static double[] vtrace(
      Ragged segments,
      double[] rewards,
      double[] values,
      double gamma,
      double lambda,
      double[] ratios) {
    segments.requireSize(ratios, "ratios");
    return corrected(segments, rewards, values, gamma, lambda, ratios);
  }

  private static double[] corrected(
      Ragged segments,
      double[] rewards,
      double[] values,
      double gamma,
      double lambda,
      double[] ratios) {
    segments.requireSize(rewards, "rewards");
    segments.requireSize(values, "values");
    double[] advantages = new double[rewards.length];
    for (int row = 0; row < segments.rows(); row++) {
      double next = 0;
      double nextValue = 0;
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
