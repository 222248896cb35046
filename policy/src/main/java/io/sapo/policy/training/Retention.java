package io.sapo.policy.training;

/**
 * What a forward pass keeps for its backward pass. The gradients are the same to the last bit,
 * whatever it is; memory and work are not.
 *
 * @param inputs whether what entered each layer is kept; otherwise the backward pass begins with
 *     the forward pass again
 * @param graphs of how many layers, from the top, the graph is kept; the others are computed again
 *     on the way back. Where it is more than there are, the logits are kept too.
 */
public record Retention(boolean inputs, int graphs) {
  public static final Retention NOTHING = new Retention(false, 0);
  public static final Retention LAYER_INPUTS = new Retention(true, 0);

  /** The graph of every layer, and the logits. */
  public static final Retention GRAPH = new Retention(true, Integer.MAX_VALUE);

  public Retention {
    if (graphs < 0 || graphs > 0 && !inputs) {
      throw new IllegalArgumentException(
          "graphs of %d layers cannot be kept %s their inputs"
              .formatted(graphs, inputs ? "with" : "without"));
    }
  }

  /** The graphs of some layers. */
  public static Retention graphsOf(int layers) {
    return new Retention(true, layers);
  }
}
