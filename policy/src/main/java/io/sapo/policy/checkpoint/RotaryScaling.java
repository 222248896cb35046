package io.sapo.policy.checkpoint;

import java.util.stream.IntStream;

/** How rotary frequencies are stretched for contexts longer than the base model's. */
public sealed interface RotaryScaling {

  /** What the cosines and sines of queries and keys are multiplied by. */
  default double attentionFactor() {
    return 1;
  }

  /**
   * The scaled inverse frequencies, as many.
   *
   * @param inverseFrequencies radians a position, theta^(-2i / headDim), [headDim / 2]
   */
  double[] scale(double[] inverseFrequencies, double theta);

  /** No scaling. */
  record None() implements RotaryScaling {
    @Override
    public double[] scale(double[] inverseFrequencies, double theta) {
      return inverseFrequencies;
    }
  }

  /** Every frequency divided by a factor: position interpolation (Chen et al. 2023). */
  record Linear(double factor) implements RotaryScaling {
    @Override
    public double[] scale(double[] inverseFrequencies, double theta) {
      return IntStream.range(0, inverseFrequencies.length)
          .mapToDouble(i -> inverseFrequencies[i] / factor)
          .toArray();
    }
  }

  /**
   * Low frequencies divided, high ones kept, those between interpolated by wave length (Llama 3.1).
   *
   * @param originalMaxPositions context length of the base model
   */
  record Llama3(
      double factor,
      double lowFrequencyFactor,
      double highFrequencyFactor,
      int originalMaxPositions)
      implements RotaryScaling {

    @Override
    public double[] scale(double[] inverseFrequencies, double theta) {
      return IntStream.range(0, inverseFrequencies.length)
          .mapToDouble(i -> scale(inverseFrequencies[i]))
          .toArray();
    }

    private double scale(double inverseFrequency) {
      double waveLength = 2 * Math.PI / inverseFrequency;
      if (waveLength < originalMaxPositions / highFrequencyFactor) {
        return inverseFrequency;
      }
      if (waveLength > originalMaxPositions / lowFrequencyFactor) {
        return inverseFrequency / factor;
      }
      double smooth =
          (originalMaxPositions / waveLength - lowFrequencyFactor)
              / (highFrequencyFactor - lowFrequencyFactor);
      return (1 - smooth) * inverseFrequency / factor + smooth * inverseFrequency;
    }
  }

  /**
   * YaRN (Peng et al. 2023, section 3): pairs that turn less than {@code betaSlow} times within the
   * base model's context are divided by the factor, those that turn more than {@code betaFast}
   * times are kept, and a linear ramp over the pairs lies between.
   *
   * @param originalMaxPositions context length of the base model
   * @param truncate whether the ramp begins and ends at whole pairs
   */
  record Yarn(
      double factor,
      double attentionFactor,
      double betaFast,
      double betaSlow,
      int originalMaxPositions,
      boolean truncate)
      implements RotaryScaling {
    private static final double NO_RAMP = 0.001; // the public implementation's, against 0 / 0

    @Override
    public double[] scale(double[] inverseFrequencies, double theta) {
      int headDim = 2 * inverseFrequencies.length;
      double low = pairTurning(betaFast, headDim, theta);
      double high = pairTurning(betaSlow, headDim, theta);
      double begin = Math.max(0, truncate ? Math.floor(low) : low);
      double end = Math.min(headDim - 1, truncate ? Math.ceil(high) : high);
      double width = begin == end ? NO_RAMP : end - begin;
      double[] scaled = new double[inverseFrequencies.length];
      for (int i = 0; i < scaled.length; i++) {
        double divided = Math.min(1, Math.max(0, (i - begin) / width));
        scaled[i] = inverseFrequencies[i] * (divided / factor + (1 - divided));
      }
      return scaled;
    }

    /** The pair, as a real number, that turns so many times within the base model's context. */
    private double pairTurning(double times, int headDim, double theta) {
      return headDim
          * Math.log(originalMaxPositions / (times * 2 * Math.PI))
          / (2 * Math.log(theta));
    }
  }
}
