package io.sapo.learner.algorithm;

/**
 * Bounds of the importance ratio.
 *
 * @param low the ratio is clipped below at 1 − low
 * @param high the ratio is clipped above at 1 + high
 * @param dual where the advantage is negative, the loss is at most −A · dual (dual-clip PPO)
 */
public record Clip(double low, double high, double dual) {

  public Clip {
    if (!(low >= 0 && low <= 1) || !(high >= 0) || !(dual > 1)) {
      throw new IllegalArgumentException(
          "clip needs 0 <= low <= 1, high >= 0 and dual > 1, got %s, %s, %s"
              .formatted(low, high, dual));
    }
  }
}
