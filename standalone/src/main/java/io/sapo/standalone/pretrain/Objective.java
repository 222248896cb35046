package io.sapo.standalone.pretrain;

import io.sapo.policy.layout.Head;
import io.sapo.policy.training.TrainableModel;
import java.util.Map;

/** What a fresh network is trained for. */
interface Objective extends AutoCloseable {
  Head head();

  /**
   * Adds the gradients of a batch's loss to the model's.
   *
   * @return the loss, a mean over tokens
   */
  double backward(TrainableModel model, int batchSize);

  /** The files that stand beside the trained weights, made of those of the lesson's policy. */
  Map<String, byte[]> files(Map<String, byte[]> policy);

  @Override
  void close();
}
