package io.sapo.policy.training;

/**
 * What a forward pass keeps for its backward pass. The gradients are the same to the last bit,
 * whatever it is; memory and work are not.
 *
 * @param inputs whether what entered each layer is kept; otherwise the backward pass begins with
 *     the forward pass again
 * @param layers of how many layers, from the top, the intermediate results are kept; those of the
 *     others are computed again on the way back. Where it is more than there are, the logits are
 *     kept too.
 */
public record Retention(boolean inputs, int layers) {
  public static final Retention NOTHING = new Retention(false, 0);
  public static final Retention LAYER_INPUTS = new Retention(true, 0);

  /** The intermediate results of every layer, and the logits. */
  public static final Retention EVERYTHING = new Retention(true, Integer.MAX_VALUE);

  public Retention {
    if (layers < 0 || layers > 0 && !inputs) {
      throw new IllegalArgumentException(
          "what is computed in %d layers cannot be kept %s their inputs"
              .formatted(layers, inputs ? "with" : "without"));
    }
  }

  /** The intermediate results of some layers. */
  public static Retention of(int layers) {
    return new Retention(true, layers);
  }
}
