package io.sapo.policy.tensor;

/** Element types of tensors in safetensors files that this project reads. */
public enum ElementType {
  F32(4, "float32"),
  F16(2, "float16"),
  BF16(2, "bfloat16"),
  I64(8, "int64"),
  I32(4, "int32");

  private final int bytes;
  private final String torchName;

  ElementType(int bytes, String torchName) {
    this.bytes = bytes;
    this.torchName = torchName;
  }

  public int bytes() {
    return bytes;
  }

  /** Name as in {@code torch_dtype} of config.json. */
  public String torchName() {
    return torchName;
  }

  public boolean floating() {
    return this == F32 || this == F16 || this == BF16;
  }
}
