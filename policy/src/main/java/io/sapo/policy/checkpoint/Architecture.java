package io.sapo.policy.checkpoint;

/** Network architectures this project runs, named as in {@code model_type} of config.json. */
public enum Architecture {
  QWEN2("qwen2"),
  LLAMA("llama"),
  QWEN2_5_VL("qwen2_5_vl");

  private final String modelType;

  Architecture(String modelType) {
    this.modelType = modelType;
  }

  public String modelType() {
    return modelType;
  }

  static Architecture of(String modelType, String where) {
    for (Architecture architecture : values()) {
      if (architecture.modelType.equals(modelType)) {
        return architecture;
      }
    }
    throw new InvalidCheckpointException(
        where + ": model_type '" + modelType + "' is not one of qwen2, llama, qwen2_5_vl");
  }
}
