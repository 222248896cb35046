package io.sapo.learner.algorithm;

/**
 * Estimators of KL(π ‖ π_ref) from one sample's {@code d = log π − log π_ref}, after Schulman,
 * "Approximating KL divergence".
 *
 * <p>{@link #K3} clamps d to ±20 and its result to ±10; the gradient is zero where a clamp binds.
 */
public enum KlEstimator {
  K1 {
    @Override
    public double estimate(double d) {
      return d;
    }

    @Override
    public double derivative(double d) {
      return 1;
    }
  },
  ABS {
    @Override
    public double estimate(double d) {
      return Math.abs(d);
    }

    @Override
    public double derivative(double d) {
      return Math.signum(d);
    }
  },
  K2 {
    @Override
    public double estimate(double d) {
      return 0.5 * d * d;
    }

    @Override
    public double derivative(double d) {
      return d;
    }
  },
  K3 {
    @Override
    public double estimate(double d) {
      double clamped = PolicyLoss.clampLogRatio(d);
      return Math.min(K3_LIMIT, Math.exp(-clamped) + clamped - 1);
    }

    @Override
    public double derivative(double d) {
      if (Math.abs(d) > PolicyLoss.LOG_RATIO_LIMIT || Math.exp(-d) + d - 1 > K3_LIMIT) {
        return 0;
      }
      return 1 - Math.exp(-d);
    }
  };

  private static final double K3_LIMIT = 10;

  public abstract double estimate(double d);

  /** d estimate / d d, which is also the gradient with respect to log π. */
  public abstract double derivative(double d);
}
