package io.sapo.learner.checkpoint;

import ai.djl.Device;
import io.sapo.learner.fold.Progress;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.checkpoint.SafetensorsWriter;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.training.OptimizerState;
import io.sapo.policy.training.TrainableModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The files of one checkpoint folder: {@code actor/}, a Hugging Face folder that other engines
 * load, of adapters in PEFT's layout; {@code critic.safetensors}; the optimizers' moments; {@code
 * state.json}.
 */
public final class CheckpointFiles {

  static final String MANIFEST = "state.json";
  private static final String ACTOR = "actor";
  private static final String CRITIC = "critic.safetensors";
  private static final String ACTOR_OPTIMIZER = "actor-optimizer.safetensors";
  private static final String CRITIC_OPTIMIZER = "critic-optimizer.safetensors";
  private static final String STEPS = "steps";

  private CheckpointFiles() {}

  static void write(Path folder, Snapshot snapshot, ActorFiles files) {
    files.write(folder.resolve(ACTOR), snapshot.actor());
    write(folder.resolve(ACTOR_OPTIMIZER), snapshot.actorOptimizer());
    if (snapshot.critic() != null) {
      SafetensorsWriter.write(folder.resolve(CRITIC), snapshot.critic(), Map.of());
      write(folder.resolve(CRITIC_OPTIMIZER), snapshot.criticOptimizer());
    }
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

  /** The critic of a checkpoint; not there where the algorithm has none. */
  static Path critic(Path folder) {
    return folder.resolve(CRITIC);
  }

  /**
   * What a checkpoint's weights stand on, but without frozen weights: enough to read and hash what
   * is trained. The caller closes it.
   */
  public static BaseModel shapes(Path folder, Device device) {
    ModelConfig model = CheckpointFolder.open(actor(folder)).config();
    return AdapterFolder.isIn(actor(folder))
        ? BaseModel.withoutWeights(model, AdapterFolder.open(actor(folder)).config(model), device)
        : BaseModel.trainedWhole(model, device);
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
      BaseModel base,
      boolean critic,
      Weights reference,
      double klCoefficient,
      Progress progress) {
    TrainableModel actorModel = null;
    try {
      if (critic && !Files.exists(folder.resolve(CRITIC))) {
        throw new InvalidCheckpointException(
            folder + ": was written by an algorithm without a critic; start a new run instead");
      }
      actorModel = model(actorWeights(folder, base), folder.resolve(ACTOR_OPTIMIZER));
      TrainableModel criticModel =
          critic
              ? model(criticWeights(folder.resolve(CRITIC), base), folder.resolve(CRITIC_OPTIMIZER))
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
  public static Weights readActor(Path folder, BaseModel base) {
    try {
      return actorWeights(folder, base);
    } catch (RuntimeException e) {
      throw new CheckpointException(folder + ": cannot be used: " + e.getMessage(), e);
    }
  }

  private static Weights actorWeights(Path folder, BaseModel base) {
    return base.adapters().isPresent()
        ? AdapterFolder.open(actor(folder)).read(base)
        : weights(actor(folder), base, Head.LANGUAGE_MODEL);
  }

  private static Weights criticWeights(Path file, BaseModel base) {
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      return Weights.read(reader, base, criticHead(reader));
    }
  }

  /** It was given one when the run began. */
  static Head criticHead(SafetensorsReader reader) {
    return reader.contains(WeightLayout.SCALAR_HEAD_BIAS) ? Head.SCALAR_WITH_BIAS : Head.SCALAR;
  }

  private static Weights weights(Path file, BaseModel base, Head head) {
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      return Weights.read(reader, base, head);
    }
  }

  private static TrainableModel model(Weights weights, Path optimizer) {
    TrainableModel trainable = TrainableModel.of(weights);
    try (SafetensorsReader reader = SafetensorsReader.open(optimizer)) {
      trainable.restore(optimizer(reader, optimizer));
      return trainable;
    } catch (RuntimeException e) {
      trainable.close();
      throw e;
    }
  }

  private static OptimizerState optimizer(SafetensorsReader reader, Path file) {
    String steps = reader.metadata().get(STEPS);
    if (steps == null || !steps.matches("\\d{1,18}")) {
      throw new InvalidCheckpointException(file + ": metadata '" + STEPS + "' is " + steps);
    }
    List<TensorData> moments = reader.names().stream().map(reader::data).toList();
    return new OptimizerState(Long.parseLong(steps), moments);
  }
}
