package io.sapo.standalone.pretrain;

import io.sapo.policy.training.TrainableModel;

/** What a network is trained for. */
interface Objective extends AutoCloseable {
  /**
   * Adds the gradients of a batch's loss to the model's.
   *
   * @return the loss, a mean over tokens
   */
  double backward(TrainableModel model, int batchSize);

  @Override
  void close();
}
