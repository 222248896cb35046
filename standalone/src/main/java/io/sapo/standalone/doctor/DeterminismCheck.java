package io.sapo.standalone.doctor;

import ai.djl.Device;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.TrainableModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Two optimizer steps of a small model, done twice from the same weights: whether the same bits
 * come out on a device.
 *
 * @param same weights and moments, bit for bit
 * @param largest difference of a weight
 */
record DeterminismCheck(boolean same, double largest) {
  /** Large enough that a device splits its work as it does for real models. */
  private static final String CONFIG =
      """
      {"model_type": "qwen2", "hidden_act": "silu", "hidden_size": 256, "intermediate_size": 768,
       "max_position_embeddings": 1024, "num_attention_heads": 4, "num_hidden_layers": 3,
       "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "eos_token_id": 2,
       "initializer_range": 0.05, "tie_word_embeddings": true, "vocab_size": 2048}
      """;

  private static final int VOCABULARY = 2048;
  private static final int PROMPT = 64;
  private static final int RESPONSE = 320;
  private static final double LEARNING_RATE = 1e-4;

  /** What a fold leaves: digests of weights and moments, and the weights. */
  private record Result(String weights, String moments, List<NamedTensor> tensors) {}

  static DeterminismCheck on(Device device, ElementType computed) {
    ModelConfig config = ModelConfig.parse(CONFIG).computedIn(computed);
    Result one = fold(device, config);
    Result two = fold(device, config);
    boolean same = one.weights.equals(two.weights) && one.moments.equals(two.moments);
    return new DeterminismCheck(same, same ? 0 : largest(one.tensors, two.tensors));
  }

  private static Result fold(Device device, ModelConfig config) {
    Random random = new Random(11);
    try (TrainableModel model =
        TrainableModel.of(Weights.random(config, Head.LANGUAGE_MODEL, 7, device))) {
      for (int step = 0; step < 2; step++) {
        step(model, random);
      }
      return new Result(
          model.weights().sha256(), model.optimizerSha256(), model.weights().toTensors());
    }
  }

  private static void step(TrainableModel model, Random random) {
    List<TokenSequence> batch = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      batch.add(
          TokenSequence.text(
              random.ints(PROMPT, 3, VOCABULARY).toArray(),
              random.ints(RESPONSE - 30 * i, 3, VOCABULARY).toArray()));
    }
    try (PolicyForward forward = model.forward(batch, 1)) {
      forward.backward(slopes(forward.logProbs()), slopes(forward.entropies()));
    }
    model.step(LEARNING_RATE, AdamWConfig.DEFAULT, 1);
  }

  private static float[][] slopes(float[][] like) {
    return Stream.of(like)
        .map(
            row -> {
              float[] slopes = new float[row.length];
              for (int t = 0; t < slopes.length; t++) {
                slopes[t] = (t % 3 - 1.2f) / slopes.length;
              }
              return slopes;
            })
        .toArray(float[][]::new);
  }

  private static double largest(List<NamedTensor> one, List<NamedTensor> two) {
    double largest = 0;
    for (int i = 0; i < one.size(); i++) {
      float[] left = one.get(i).values();
      float[] right = two.get(i).values();
      for (int k = 0; k < left.length; k++) {
        largest = Math.max(largest, Math.abs((double) left[k] - right[k]));
      }
    }
    return largest;
  }
}
