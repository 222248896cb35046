package io.sapo.learner.checkpoint;

import ai.djl.Device;
import io.sapo.learner.fold.Progress;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ElementType;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.checkpoint.SafetensorsWriter;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Weights;
import io.sapo.policy.training.OptimizerState;
import io.sapo.policy.training.TrainableModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The files of one checkpoint folder: {@code actor/}, a Hugging Face folder that other engines
 * load; {@code critic.safetensors}; the optimizers' moments; {@code state.json}.
 */
public final class CheckpointFiles {

  static final String MANIFEST = "state.json";
  private static final String ACTOR = "actor";
  private static final String CRITIC = "critic.safetensors";
  private static final String ACTOR_OPTIMIZER = "actor-optimizer.safetensors";
  private static final String CRITIC_OPTIMIZER = "critic-optimizer.safetensors";
  private static final String STEPS = "steps";

  private CheckpointFiles() {}

  static void write(Path folder, Snapshot snapshot, Map<String, byte[]> companions) {
    writeActor(folder.resolve(ACTOR), snapshot.actor(), companions);
    write(folder.resolve(ACTOR_OPTIMIZER), snapshot.actorOptimizer());
    if (snapshot.critic() != null) {
      SafetensorsWriter.write(folder.resolve(CRITIC), snapshot.critic(), Map.of());
      write(folder.resolve(CRITIC_OPTIMIZER), snapshot.criticOptimizer());
    }
  }

  static void writeActor(Path folder, List<NamedTensor> actor, Map<String, byte[]> companions) {
    Iterator<NamedTensor> tensors = actor.iterator();
    CheckpointFolder.write(
        folder,
        companions,
        actor.stream().map(NamedTensor::spec).toList(),
        spec -> tensors.next().values(),
        ElementType.F32);
  }

  private static void write(Path file, OptimizerState state) {
    SafetensorsWriter.write(file, state.moments(), Map.of(STEPS, Long.toString(state.steps())));
  }

  /** Whether training can go on from a checkpoint; of a fork, number 0 holds the actor alone. */
  static boolean whole(Path folder) {
    return Files.exists(folder.resolve(ACTOR_OPTIMIZER));
  }

  /** The actor of a checkpoint, as a model folder. */
  public static Path actor(Path folder) {
    return folder.resolve(ACTOR);
  }

  /**
   * Rebuilds a training state; the caller closes it.
   *
   * @param critic whether the algorithm has one
   * @param reference taken over, also when this fails; null without one
   * @throws CheckpointException when a file is missing, damaged or of another model
   */
  public static TrainingState read(
      Path folder,
      ModelConfig model,
      Device device,
      boolean critic,
      Weights reference,
      double klCoefficient,
      Progress progress) {
    TrainableModel actorModel = null;
    TrainableModel criticModel = null;
    try {
      if (critic && !Files.exists(folder.resolve(CRITIC))) {
        throw new InvalidCheckpointException(
            folder + ": was written by an algorithm without a critic; start a new run instead");
      }
      actorModel =
          model(actor(folder), folder.resolve(ACTOR_OPTIMIZER), model, Head.LANGUAGE_MODEL, device);
      criticModel =
          critic
              ? model(
                  folder.resolve(CRITIC),
                  folder.resolve(CRITIC_OPTIMIZER),
                  model,
                  Head.SCALAR,
                  device)
              : null;
      return new TrainingState(actorModel, criticModel, reference, klCoefficient, progress);
    } catch (RuntimeException e) {
      if (actorModel != null) {
        actorModel.close();
      }
      if (reference != null) {
        reference.close();
      }
      throw new CheckpointException(folder + ": cannot be used: " + e.getMessage(), e);
    }
  }

  /** The actor's weights of a checkpoint; the caller closes them. */
  public static Weights readActor(Path folder, ModelConfig model, Device device) {
    try {
      return weights(actor(folder), model, Head.LANGUAGE_MODEL, device);
    } catch (RuntimeException e) {
      throw new CheckpointException(folder + ": cannot be used: " + e.getMessage(), e);
    }
  }

  private static Weights weights(Path file, ModelConfig model, Head head, Device device) {
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      return Weights.read(reader, model, head, device);
    }
  }

  private static TrainableModel model(
      Path weights, Path optimizer, ModelConfig model, Head head, Device device) {
    OptimizerState state = optimizer(optimizer);
    TrainableModel trainable = TrainableModel.of(weights(weights, model, head, device));
    try {
      trainable.restore(state);
      return trainable;
    } catch (RuntimeException e) {
      trainable.close();
      throw e;
    }
  }

  private static OptimizerState optimizer(Path file) {
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      String steps = reader.metadata().get(STEPS);
      if (steps == null || !steps.matches("\\d{1,18}")) {
        throw new InvalidCheckpointException(file + ": metadata '" + STEPS + "' is " + steps);
      }
      List<NamedTensor> moments = reader.names().stream().map(reader::tensor).toList();
      return new OptimizerState(Long.parseLong(steps), moments);
    }
  }
}
