package io.sapo.policy.checkpoint;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Network architectures this project runs, named as in {@code model_type} of config.json, with what
 * the public library takes where config.json does not say.
 */
public enum Architecture {
  QWEN2("qwen2", 10_000, 1e-6),
  QWEN3("qwen3", 10_000, 1e-6),
  LLAMA("llama", 10_000, 1e-6),
  QWEN2_5_VL("qwen2_5_vl", 1_000_000, 1e-5),
  /** Its base of rotary frequencies must be said: the public library's versions 4 and 5 differ. */
  QWEN3_VL("qwen3_vl", Double.NaN, 1e-6);

  private static final int QWEN3_HEAD_DIM = 128;

  private final String modelType;
  private final double ropeTheta;
  private final double rmsNormEps;

  Architecture(String modelType, double ropeTheta, double rmsNormEps) {
    this.modelType = modelType;
    this.ropeTheta = ropeTheta;
    this.rmsNormEps = rmsNormEps;
  }

  public String modelType() {
    return modelType;
  }

  /** Whether it looks at pictures. */
  public boolean multimodal() {
    return this == QWEN2_5_VL || this == QWEN3_VL;
  }

  /** Whether each head's queries and keys are normalised before they are turned. */
  public boolean queryKeyNorm() {
    return this == QWEN3 || this == QWEN3_VL;
  }

  /** Whether the rotary pairs of height and width alternate with those of time. */
  boolean interleavedPositions() {
    return this == QWEN3_VL;
  }

  /** Whether q_proj, k_proj and v_proj always have a bias, and o_proj never. */
  boolean alwaysBiased() {
    return this == QWEN2 || this == QWEN2_5_VL;
  }

  /** Not a number where there is none. */
  double defaultRopeTheta() {
    return ropeTheta;
  }

  double defaultRmsNormEps() {
    return rmsNormEps;
  }

  int defaultHeadDim(int hiddenSize, int heads) {
    return queryKeyNorm() ? QWEN3_HEAD_DIM : hiddenSize / heads;
  }

  static Architecture of(JsonSection config) {
    String type = config.text("model_type");
    return Arrays.stream(values())
        .filter(architecture -> architecture.modelType.equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                config.error(
                    "model_type", "is '" + type + "'; supported: " + supportedModelTypes()));
  }

  private static String supportedModelTypes() {
    return Arrays.stream(values()).map(Architecture::modelType).collect(Collectors.joining(", "));
  }
}
