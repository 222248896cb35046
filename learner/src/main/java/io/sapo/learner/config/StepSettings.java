package io.sapo.learner.config;

/**
 * How an update goes through its batch.
 *
 * @param miniBatchSize trajectories an optimizer step; divides the batch
 * @param microBatchTokens padded tokens (prompts and responses) of one pass through the network; a
 *     longer trajectory makes a pass of its own
 * @param epochs times an update goes through its batch
 * @param criticWarmupUpdates updates at the start that train the critic alone (value pre-training)
 */
public record StepSettings(
    int miniBatchSize, int microBatchTokens, int epochs, int criticWarmupUpdates) {

  public StepSettings {
    if (miniBatchSize < 1 || microBatchTokens < 1 || epochs < 1 || criticWarmupUpdates < 0) {
      throw new IllegalArgumentException(
          "needs mini-batch-size, micro-batch-tokens and epochs of at least 1 and critic-warmup-updates of at least 0, got %d, %d, %d, %d"
              .formatted(miniBatchSize, microBatchTokens, epochs, criticWarmupUpdates));
    }
  }

  /** Whether an update makes a single optimizer step of a batch. */
  public boolean oneStep(int batchSize) {
    return epochs == 1 && miniBatchSize >= batchSize;
  }
}
