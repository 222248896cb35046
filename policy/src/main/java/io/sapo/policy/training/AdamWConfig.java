package io.sapo.policy.training;

/** Settings of AdamW (Loshchilov and Hutter 2019) that do not change from step to step. */
public record AdamWConfig(double beta1, double beta2, double epsilon, double weightDecay) {

  public static final AdamWConfig DEFAULT = new AdamWConfig(0.9, 0.999, 1e-8, 0.01);

  public AdamWConfig {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0 && weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "AdamW needs 0 <= beta < 1, epsilon > 0, weight decay >= 0, got beta1 %s, beta2 %s, epsilon %s, weight decay %s"
              .formatted(beta1, beta2, epsilon, weightDecay));
    }
  }
}
