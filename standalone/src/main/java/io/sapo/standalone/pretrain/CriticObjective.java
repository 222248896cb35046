package io.sapo.standalone.pretrain;

import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.training.TrainableModel;
import io.sapo.policy.training.ValueForward;
import io.sapo.standalone.pretrain.Lesson.Valued;
import java.util.List;

/** The mean squared error of a critic's values against what the states are worth. */
record CriticObjective(Lesson.Examples<Valued> examples) implements Objective {
  @Override
  public double backward(TrainableModel model, int batchSize) {
    List<Valued> batch = examples.take(batchSize);
    List<TokenSequence> sequences = batch.stream().map(Valued::tokens).toList();
    int tokens = batch.stream().mapToInt(example -> example.values().length).sum();
    double loss = 0;
    try (ValueForward forward = model.forwardValues(sequences)) {
      float[][] given = forward.values();
      float[][] gradients = new float[given.length][];
      for (int i = 0; i < given.length; i++) {
        float[] worth = batch.get(i).values();
        gradients[i] = new float[worth.length];
        for (int t = 0; t < worth.length; t++) {
          double error = given[i][t] - worth[t];
          loss += error * error / tokens;
          gradients[i][t] = (float) (2 * error / tokens);
        }
      }
      forward.backward(gradients);
    }
    return loss;
  }

  @Override
  public void close() {
    examples.close();
  }
}
