package io.sapo.learner.algorithm;

/**
 * Bounds of the importance ratio.
 *
 * @param low the ratio is clipped below at 1 − low
 * @param high the ratio is clipped above at 1 + high
 * @param dual where the advantage is negative, the loss is at most −A · dual (dual-clip PPO, Ye et
 *     al. 2020); 0 for no such bound
 */
public record Clip(double low, double high, double dual) {

  public Clip {
    if (!(low >= 0 && low <= 1) || !(high >= 0) || !(dual > 1 || dual == 0)) {
      throw new IllegalArgumentException(
          "clip needs 0 <= low <= 1, high >= 0 and dual > 1 (or 0 for none), got %s, %s, %s"
              .formatted(low, high, dual));
    }
  }
}
