package io.sapo.learner.algorithm;

/** Normalisation of advantages over all response tokens of a batch (SAPO, section 3). */
public final class Whitening {

  private static final double VARIANCE_FLOOR = 1e-8;

  private Whitening() {}

  /**
   * Subtracts the mean, divides by the standard deviation (Bessel-corrected, 1e-8 under the root)
   * and clamps. A single element becomes 0.
   *
   * @param limit bound of the absolute value; infinite for none
   */
  public static double[] whiten(double[] elements, double limit) {
    int n = elements.length;
    double sum = 0;
    for (double element : elements) {
      sum += element;
    }
    double mean = sum / n;
    double squares = 0;
    for (double element : elements) {
      squares += (element - mean) * (element - mean);
    }
    double variance = n > 1 ? squares / (n - 1) : 0;
    double scale = 1 / Math.sqrt(variance + VARIANCE_FLOOR);
    double[] whitened = new double[n];
    for (int i = 0; i < n; i++) {
      whitened[i] = Math.max(-limit, Math.min(limit, (elements[i] - mean) * scale));
    }
    return whitened;
  }
}
