package io.sapo.policy.checkpoint;

import java.util.List;

/**
 * The vision tower's {@code vision_config}.
 *
 * @param outHiddenSize width of a merged patch, equal to the language model's hidden size
 * @param windowSize side of an attention window in pixels; 0 where every block attends over the
 *     whole picture
 * @param fullAttentionBlocks blocks that attend over the whole picture, ascending
 * @param positionTableSide side of the square table of learned positions, which is resampled to a
 *     picture's grid; 0 without
 * @param deepstackBlocks blocks whose output, merged, is added behind decoder layers (DeepStack,
 *     Meng et al. 2024), each once, in the order of their mergers; the lowest block's behind layer
 *     0, the next one's behind layer 1, as far as there are layers
 */
public record VisionConfig(
    int depth,
    int hiddenSize,
    int intermediateSize,
    int heads,
    int outHiddenSize,
    PatchConfig patches,
    int windowSize,
    List<Integer> fullAttentionBlocks,
    int positionTableSide,
    List<Integer> deepstackBlocks) {

  /** More merged patches than a picture has along a side. */
  private static final int WHOLE_PICTURE = 1 << 24;

  public VisionConfig {
    fullAttentionBlocks = fullAttentionBlocks.stream().sorted().toList();
    deepstackBlocks = List.copyOf(deepstackBlocks);
  }

  public int headDim() {
    return hiddenSize / heads;
  }

  /** Side of an attention window counted in merged patches. */
  public int windowInMergedPatches() {
    return windowSize == 0 ? WHOLE_PICTURE : windowSize / patches.mergeSize() / patches.size();
  }
}
