package io.sapo.policy.layout;

import java.util.List;

/**
 * Low-rank adapters (LoRA, Hu et al. 2021): y = W x + b + s · B (A x), with A [rank, in] and B
 * [out, rank].
 *
 * @param alpha s = alpha / rank, or alpha / √rank where rank-stabilised (Kalajdzievski 2023)
 * @param targets names of the linear maps adapted, by their last part ({@code q_proj}) or in full;
 *     ascending
 * @param vision whether maps of the vision tower are adapted too
 */
public record AdapterConfig(
    int rank, double alpha, boolean rankStabilized, List<String> targets, boolean vision) {

  /** Every linear map of a decoder layer. */
  public static final List<String> ALL_LINEAR =
      List.of("down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj");

  /** As a target: every linear map there is. */
  public static final String EVERY_MAP = "*";

  public AdapterConfig {
    if (rank < 1 || !(alpha > 0) || targets.isEmpty()) {
      throw new IllegalArgumentException(
          "Adapters need a rank of at least 1, alpha above 0 and a target, got rank %d, alpha %s, targets %s"
              .formatted(rank, alpha, targets));
    }
    targets = targets.stream().distinct().sorted().toList();
  }

  public static AdapterConfig of(int rank, double alpha) {
    return new AdapterConfig(rank, alpha, false, ALL_LINEAR, false);
  }

  /** The factor s. */
  public double scale() {
    return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
  }

  /**
   * @param module name of a linear map, such as {@code model.layers.0.self_attn.q_proj}
   */
  public boolean adapts(String module) {
    if (module.startsWith("visual.") && !vision) {
      return false;
    }
    return targets.stream()
        .anyMatch(
            target ->
                target.equals(EVERY_MAP) || module.equals(target) || module.endsWith("." + target));
  }
}
