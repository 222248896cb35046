package io.sapo.policy.checkpoint;

/**
 * Self-attention of every decoder layer.
 *
 * @param queryKeyValueBias whether q_proj, k_proj and v_proj have a bias
 * @param outputBias whether o_proj has a bias
 */
public record AttentionConfig(
    int heads,
    int keyValueHeads,
    int headDim,
    boolean queryKeyValueBias,
    boolean outputBias,
    RotaryConfig rotary) {

  /** Width of all heads' queries side by side. */
  public long queryWidth() {
    return (long) heads * headDim;
  }

  /** Width of all heads' keys, or values, side by side. */
  public long keyValueWidth() {
    return (long) keyValueHeads * headDim;
  }

  /** {@link RotaryConfig#axes} of a head. */
  public int[] rotaryAxes() {
    return rotary.axes(headDim);
  }

  /** {@link RotaryConfig#inverseFrequencies} of a head. */
  public double[] inverseFrequencies() {
    return rotary.inverseFrequencies(headDim);
  }
}
