package io.sapo.policy.checkpoint;

/**
 * What a vision tower cuts pictures into.
 *
 * @param size side in pixels
 * @param temporalSize frames; a still picture repeats
 * @param mergeSize side, in patches, of the square that becomes one token
 */
public record PatchConfig(int channels, int size, int temporalSize, int mergeSize) {

  /** Values in one flattened patch: channels × frames × height × width. */
  public int values() {
    return channels * temporalSize * size * size;
  }

  /** Patches in one merged patch. */
  public int merged() {
    return mergeSize * mergeSize;
  }
}
