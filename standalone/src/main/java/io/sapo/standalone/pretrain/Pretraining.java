package io.sapo.standalone.pretrain;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.policy.training.TrainableModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Supervised training of a fresh model on written solutions ({@link Objective}): AdamW, linear
 * warm-up and cosine decay.
 */
public final class Pretraining {
  /**
   * @param learningRate at its peak
   */
  public record Settings(int steps, int batchSize, double learningRate, long seed) {}

  /** What a step did; the loss is the objective's. */
  public record Step(int step, double loss, double gradientNorm, double learningRate) {}

  private static final AdamWConfig ADAMW = new AdamWConfig(0.9, 0.99, 1e-8, 0.01);
  private static final double MAX_GRADIENT_NORM = 1;
  private static final int WARM_UP_STEPS = 100;
  private static final double FINAL_SHARE = 0.05;

  private final Lesson lesson;
  private final boolean critic;
  private final Settings settings;
  private final Consumer<Step> listener;

  /**
   * @param critic whether a critic of the lesson's policy is trained in place of that policy
   */
  public Pretraining(Lesson lesson, boolean critic, Settings settings, Consumer<Step> listener) {
    this.lesson = lesson;
    this.critic = critic;
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
      CheckpointFolder opened = CheckpointFolder.open(shape);
      try (Objective objective = objective(opened);
          TrainableModel model = train(opened, objective)) {
        CheckpointFolder.write(
            folder, objective.files(companions), model.weights().tensors(), ElementType.F32);
      }
    } finally {
      for (String name : lesson.companions().keySet()) {
        Files.deleteIfExists(shape.resolve(name));
      }
      Files.delete(shape);
    }
  }

  private Objective objective(CheckpointFolder shape) {
    return critic
        ? new CriticObjective(shape.config().architecture(), lesson.values(shape, settings.seed()))
        : new PolicyObjective(lesson.examples(shape, settings.seed()));
  }

  private TrainableModel train(CheckpointFolder shape, Objective objective) {
    Weights fresh = Weights.random(shape.config(), objective.head(), settings.seed(), Device.cpu());
    TrainableModel model = TrainableModel.of(fresh);
    try {
      for (int step = 1; step <= settings.steps(); step++) {
        double loss = objective.backward(model, settings.batchSize());
        double learningRate = learningRate(step);
        double norm = model.step(learningRate, ADAMW, MAX_GRADIENT_NORM);
        listener.accept(new Step(step, loss, norm, learningRate));
      }
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
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
