package io.sapo.policy.checkpoint;

import java.util.List;

/**
 * The vision tower's {@code vision_config}.
 *
 * @param outHiddenSize width of a merged patch, equal to the language model's hidden size
 * @param windowSize side of an attention window in pixels
 * @param fullAttentionBlocks blocks that attend over the whole picture, ascending
 */
public record VisionConfig(
    int depth,
    int hiddenSize,
    int intermediateSize,
    int heads,
    int inChannels,
    int outHiddenSize,
    int patchSize,
    int spatialMergeSize,
    int temporalPatchSize,
    int windowSize,
    List<Integer> fullAttentionBlocks,
    double tokensPerSecond) {

  /** Stands where a model has no vision tower. */
  public static final VisionConfig NONE =
      new VisionConfig(0, 4, 1, 1, 1, 1, 1, 1, 1, 1, List.of(), 1);

  public VisionConfig {
    fullAttentionBlocks = fullAttentionBlocks.stream().sorted().toList();
  }

  public int headDim() {
    return hiddenSize / heads;
  }

  /** Values in one flattened patch: channels × frames × height × width. */
  public int patchValues() {
    return inChannels * temporalPatchSize * patchSize * patchSize;
  }

  /** Side of an attention window counted in merged patches. */
  public int windowInMergedPatches() {
    return windowSize / spatialMergeSize / patchSize;
  }
}
