package io.sapo.learner.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Which records make the batch of an update.
 *
 * @param size trajectories an update trains on
 * @param maxSequenceTokens longest prompt and response together that is trained on
 * @param maxStaleness η: versions that may have passed since a trajectory was begun
 * @param dynamicSampling batches' worth of responses that an update may drop because their groups'
 *     outcomes are all alike, so that others take their place; 0 for none
 */
public record BatchSettings(
    @JsonProperty("batchSize") int size,
    int maxSequenceTokens,
    int maxStaleness,
    int dynamicSampling) {

  public BatchSettings {
    if (size < 1 || maxSequenceTokens < 2) {
      throw new IllegalArgumentException(
          "needs batch-size >= 1 and max-sequence-tokens >= 2, got %d, %d"
              .formatted(size, maxSequenceTokens));
    }
    if (maxStaleness < 0 || dynamicSampling < 0) {
      throw new IllegalArgumentException(
          "needs max-staleness and dynamic-sampling of at least 0, got %d, %d"
              .formatted(maxStaleness, dynamicSampling));
    }
  }

  public BatchSettings withMaxStaleness(int versions) {
    return new BatchSettings(size, maxSequenceTokens, versions, dynamicSampling);
  }
}
