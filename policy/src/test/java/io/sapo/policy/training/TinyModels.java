package io.sapo.policy.training;

import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PreparedPicture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small models with random weights, and batches for them. */
final class TinyModels {
  private TinyModels() {}

  static Weights text(Head head, long seed) {
    return Weights.random(config("tiny-qwen2"), head, seed, TestDevice.get());
  }

  static Weights multimodal(Head head, long seed) {
    return Weights.random(config("tiny-qwen2_5_vl"), head, seed, TestDevice.get());
  }

  static ModelConfig config(String name) {
    return ModelConfig.read(ReferenceModels.shipped().resolve(name).resolve("config.json"));
  }

  /** Five sequences of different lengths. */
  static List<TokenSequence> textBatch(long seed) {
    Random random = new Random(seed);
    List<TokenSequence> batch = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      batch.add(
          TokenSequence.text(
              tokens(random, 3 + random.nextInt(6)), tokens(random, 4 + random.nextInt(20))));
    }
    return batch;
  }

  /** Sequences with none, one and two pictures of different sizes. */
  static List<TokenSequence> multimodalBatch(ModelConfig config, long seed) {
    Random random = new Random(seed);
    List<TokenSequence> batch = new ArrayList<>(textBatch(seed));
    for (int count = 1; count <= 2; count++) {
      List<PreparedPicture> pictures = new ArrayList<>();
      List<Integer> prompt = new ArrayList<>(List.of(5, 6));
      for (int i = 0; i < count; i++) {
        PreparedPicture picture = picture(random, 4 + 2 * i, 10 - 2 * count, config);
        pictures.add(picture);
        prompt.add(config.imageTokens().orElseThrow().visionStart());
        int merged = picture.mergedTokens(config.vision().orElseThrow().patches().mergeSize());
        for (int m = 0; m < merged; m++) {
          prompt.add(config.imageTokens().orElseThrow().image());
        }
        prompt.add(config.imageTokens().orElseThrow().visionEnd());
      }
      batch.add(
          new TokenSequence(
              prompt.stream().mapToInt(Integer::intValue).toArray(), pictures, tokens(random, 12)));
    }
    return batch;
  }

  private static PreparedPicture picture(Random random, int rows, int columns, ModelConfig config) {
    float[] patches = new float[rows * columns * config.vision().orElseThrow().patches().values()];
    for (int i = 0; i < patches.length; i++) {
      patches[i] = (float) random.nextGaussian();
    }
    return new PreparedPicture(1, rows, columns, patches);
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 3, 300).toArray();
  }

  /** A made-up loss's gradients that touch log-probabilities and entropies, or values. */
  static void backward(TrainableModel model, List<TokenSequence> batch) {
    backward(model, batch, Retention.EVERYTHING);
  }

  static void backward(TrainableModel model, List<TokenSequence> batch, Retention retention) {
    if (model.weights().head().scalar()) {
      try (ValueForward forward = model.forwardValues(batch, retention)) {
        forward.backward(slopes(forward.values(), 0.3f));
      }
    } else {
      try (PolicyForward forward = model.forward(batch, 0.8, retention)) {
        forward.backward(slopes(forward.logProbs(), -0.2f), slopes(forward.entropies(), 0.05f));
      }
    }
  }

  /** The loss whose gradients {@link #backward} takes. */
  static double loss(TrainableModel model, List<TokenSequence> batch) {
    if (model.weights().head().scalar()) {
      try (ValueForward forward = model.forwardValues(batch)) {
        return product(forward.values(), 0.3f);
      }
    }
    try (PolicyForward forward = model.forward(batch, 0.8)) {
      return product(forward.logProbs(), -0.2f) + product(forward.entropies(), 0.05f);
    }
  }

  /** Steps on text batches with seeds from {@code first} on. */
  static void train(TrainableModel model, int steps, int first) {
    for (int i = 0; i < steps; i++) {
      backward(model, textBatch(first + i));
      model.step(0.01, AdamWConfig.DEFAULT, 1);
    }
  }

  static void train(TrainableModel model, List<TokenSequence> batch, int steps) {
    for (int i = 0; i < steps; i++) {
      backward(model, batch);
      model.step(0.001, AdamWConfig.DEFAULT, 1);
    }
  }

  private static double product(float[][] numbers, float slope) {
    float[][] slopes = slopes(numbers, slope);
    double sum = 0;
    for (int i = 0; i < numbers.length; i++) {
      for (int t = 0; t < numbers[i].length; t++) {
        sum += (double) numbers[i][t] * slopes[i][t];
      }
    }
    return sum;
  }

  private static float[][] slopes(float[][] like, float slope) {
    float[][] slopes = new float[like.length][];
    for (int i = 0; i < like.length; i++) {
      slopes[i] = new float[like[i].length];
      for (int t = 0; t < slopes[i].length; t++) {
        slopes[i][t] = slope * (1 + t % 3 - i % 2);
      }
    }
    return slopes;
  }
}
