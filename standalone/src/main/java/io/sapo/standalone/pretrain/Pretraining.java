package io.sapo.standalone.pretrain;

import ai.djl.Device;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.Folders;
import io.sapo.policy.checkpoint.ScalarHeadConfig;
import io.sapo.policy.layout.Head;
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
 * Supervised training on written solutions ({@link Objective}): AdamW, linear warm-up and cosine
 * decay.
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
  private final Settings settings;
  private final Consumer<Step> listener;

  public Pretraining(Lesson lesson, Settings settings, Consumer<Step> listener) {
    this.lesson = lesson;
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * Trains a fresh policy and writes a new checkpoint folder.
   *
   * @param folder must not exist yet
   */
  public void policy(Path folder) throws IOException {
    Path shape = folder.toAbsolutePath().resolveSibling("." + folder.getFileName() + ".shape");
    Folders.delete(shape); // of a call that was killed
    try {
      Files.createDirectories(shape);
      for (Map.Entry<String, byte[]> file : lesson.companions().entrySet()) {
        Files.write(shape.resolve(file.getKey()), file.getValue());
      }
      CheckpointFolder opened = CheckpointFolder.open(shape);
      Weights fresh =
          Weights.random(opened.config(), Head.LANGUAGE_MODEL, settings.seed(), Device.cpu());
      try (TrainableModel model = TrainableModel.of(fresh);
          Objective objective = new PolicyObjective(lesson.solutions(opened, settings.seed()))) {
        train(model, objective);
        CheckpointFolder.write(
            folder, lesson.companions(), model.weights().tensors(), ElementType.F32);
      }
    } finally {
      Folders.delete(shape);
    }
  }

  /**
   * Trains a critic, which begins as the policy with a head of zeros, and writes a new folder as
   * {@link io.sapo.policy.adapter.InitialCritic} reads it.
   *
   * @param policy was made for the lesson's tasks
   * @param folder must not exist yet
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException before training, where a critic of
   *     such a policy has no layout
   */
  public void critic(CheckpointFolder policy, Path folder) throws IOException {
    Map<String, byte[]> companions =
        ScalarHeadConfig.companions(policy.companions(), policy.config().architecture());
    try (Weights actor = Weights.read(policy, Head.LANGUAGE_MODEL, Device.cpu());
        TrainableModel model = TrainableModel.of(Weights.criticFrom(actor));
        Objective objective = new CriticObjective(lesson.valued(policy, settings.seed()))) {
      train(model, objective);
      CheckpointFolder.write(folder, companions, model.weights().tensors(), ElementType.F32);
    }
  }

  private void train(TrainableModel model, Objective objective) {
    for (int step = 1; step <= settings.steps(); step++) {
      double loss = objective.backward(model, settings.batchSize());
      double learningRate = learningRate(step);
      double norm = model.step(learningRate, ADAMW, MAX_GRADIENT_NORM);
      listener.accept(new Step(step, loss, norm, learningRate));
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
