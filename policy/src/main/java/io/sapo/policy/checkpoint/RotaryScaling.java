package io.sapo.policy.checkpoint;

/**
 * How rotary frequencies are stretched for contexts longer than the base model's.
 *
 * @param kind NONE, LINEAR (every frequency divided by {@code factor}) or LLAMA3 (low frequencies
 *     divided, high ones kept, those between interpolated)
 * @param originalMaxPositions context length of the base model; LLAMA3 only
 */
public record RotaryScaling(
    Kind kind,
    double factor,
    double lowFrequencyFactor,
    double highFrequencyFactor,
    int originalMaxPositions) {

  public enum Kind {
    NONE,
    LINEAR,
    LLAMA3
  }

  public static final RotaryScaling NONE = new RotaryScaling(Kind.NONE, 1, 1, 1, 0);

  /** Applies the scaling to one inverse frequency (radians a position). */
  double scale(double inverseFrequency) {
    return switch (kind) {
      case NONE -> inverseFrequency;
      case LINEAR -> inverseFrequency / factor;
      case LLAMA3 -> scaleLlama3(inverseFrequency);
    };
  }

  private double scaleLlama3(double inverseFrequency) {
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
