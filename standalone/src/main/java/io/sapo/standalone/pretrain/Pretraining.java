package io.sapo.standalone.pretrain;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.policy.training.PolicyForward;
import io.sapo.policy.training.TrainableModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Supervised training of a fresh model on written solutions: the mean negative log-probability of
 * the solution's tokens, AdamW, linear warm-up and cosine decay.
 */
public final class Pretraining {
  /**
   * @param learningRate at its peak
   */
  public record Settings(int steps, int batchSize, double learningRate, long seed) {}

  /** What a step did; loss in nats a token. */
  public record Step(int step, double loss, double gradientNorm, double learningRate) {}

  private static final AdamWConfig ADAMW = new AdamWConfig(0.9, 0.99, 1e-8, 0.01);
  private static final double MAX_GRADIENT_NORM = 1;
  private static final int WARM_UP_STEPS = 100;
  private static final double FINAL_SHARE = 0.05;

  private final Lesson lesson;
  private final Settings settings;
  private final Consumer<Step> listener;

  public Pretraining(Lesson lesson, Settings settings, Consumer<Step> listener) {
    this.lesson = lesson;
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * Trains and writes a new checkpoint folder.
   *
   * @param folder must not exist yet
   */
  public void run(Path folder) throws IOException {
    Path shape = Files.createTempDirectory("sapo-model");
    try {
      Map<String, byte[]> companions = lesson.companions();
      for (Map.Entry<String, byte[]> file : companions.entrySet()) {
        Files.write(shape.resolve(file.getKey()), file.getValue());
      }
      try (TrainableModel model = train(CheckpointFolder.open(shape))) {
        CheckpointFolder.write(folder, companions, model.weights().tensors(), ElementType.F32);
      }
    } finally {
      for (String name : lesson.companions().keySet()) {
        Files.deleteIfExists(shape.resolve(name));
      }
      Files.delete(shape);
    }
  }

  private TrainableModel train(CheckpointFolder shape) {
    Weights fresh =
        Weights.random(shape.config(), Head.LANGUAGE_MODEL, settings.seed(), Device.cpu());
    TrainableModel model = TrainableModel.of(fresh);
    try (Lesson.Examples examples = lesson.examples(shape, settings.seed())) {
      for (int step = 1; step <= settings.steps(); step++) {
        listener.accept(train(model, examples.take(settings.batchSize()), step));
      }
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private Step train(TrainableModel model, List<TokenSequence> batch, int step) {
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
    double learningRate = learningRate(step);
    double norm = model.step(learningRate, ADAMW, MAX_GRADIENT_NORM);
    return new Step(step, loss, norm, learningRate);
  }

  private double learningRate(int step) {
    if (step <= WARM_UP_STEPS) {
      return settings.learningRate() * step / WARM_UP_STEPS;
    }
    double progress =
        (step - WARM_UP_STEPS) / (double) Math.max(1, settings.steps() - WARM_UP_STEPS);
    double cosine = 0.5 * (1 + Math.cos(Math.PI * progress));
    return settings.learningRate() * (FINAL_SHARE + (1 - FINAL_SHARE) * cosine);
  }
}
