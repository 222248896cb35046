package io.sapo.standalone.pretrain;

import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.TrainableModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The mean negative log-probability of the solutions' tokens, in nats. */
record PolicyObjective(Lesson.Examples<TokenSequence> examples) implements Objective {
  @Override
  public double backward(TrainableModel model, int batchSize) {
    List<TokenSequence> batch = examples.take(batchSize);
    int tokens = batch.stream().mapToInt(example -> example.responseTokens().length).sum();
    double loss = 0;
    try (PolicyForward forward = model.forward(batch, 1)) {
      List<float[]> gradients = new ArrayList<>();
      for (float[] logProbs : forward.logProbs()) {
        for (float logProb : logProbs) {
          loss -= logProb / (double) tokens;
        }
        float[] gradient = new float[logProbs.length];
        Arrays.fill(gradient, -1f / tokens);
        gradients.add(gradient);
      }
      forward.backward(gradients.toArray(float[][]::new), null);
    }
    return loss;
  }

  @Override
  public void close() {
    examples.close();
  }
}
