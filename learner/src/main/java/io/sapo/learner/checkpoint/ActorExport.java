package io.sapo.learner.checkpoint;

import ai.djl.Device;
import io.sapo.policy.adapter.AdapterBase;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.adapter.AdapterWriter;
import io.sapo.policy.adapter.MergedModel;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A checkpoint's actor as a folder for other engines: a whole model; adapters in PEFT's layout; or
 * adapters merged into their base.
 */
public final class ActorExport {
  private final Path actor;
  private final CheckpointFolder model;

  /**
   * @param checkpoint folder of a version
   * @throws InvalidCheckpointException when it holds no actor
   */
  public ActorExport(Path checkpoint) {
    this.actor = CheckpointFiles.actor(checkpoint);
    this.model = CheckpointFolder.open(actor);
  }

  public boolean adapters() {
    return AdapterFolder.isIn(actor);
  }

  /**
   * Writes what was trained, as it was trained.
   *
   * @param target must not exist yet
   * @param type of a whole model's elements; empty for that of the model that training began with
   */
  public void write(Path target, Optional<ElementType> type) {
    if (!adapters()) {
      try (SafetensorsReader reader = model.openWeights()) {
        CheckpointFolder.write(
            target,
            model.companions(),
            reader.names().stream().map(reader::data).toList(),
            type.orElseGet(model::elementType));
      }
      return;
    }
    AdapterFolder folder = AdapterFolder.open(actor);
    ModelConfig config = model.config();
    try (BaseModel shapes = CheckpointFiles.shapes(actor.getParent(), Device.cpu());
        Weights weights = folder.read(shapes)) {
      AdapterWriter.write(
          target,
          folder.base(),
          config,
          folder.config(config),
          model.companions(),
          weights.tensors());
    }
  }

  /**
   * Writes the model that the adapters make of their base.
   *
   * @param base folder of the base model; empty for the one the adapters name
   * @throws InvalidCheckpointException when there are no adapters, they name no base, or were
   *     trained over other weights than lie there
   */
  public void writeMerged(Path target, Optional<Path> base, Optional<ElementType> type) {
    if (!adapters()) {
      throw new InvalidCheckpointException(
          actor + ": was trained whole; there is nothing to be merged");
    }
    AdapterFolder folder = AdapterFolder.open(actor);
    CheckpointFolder source =
        CheckpointFolder.open(
            base.or(() -> folder.baseModel().map(Path::of))
                .orElseThrow(
                    () ->
                        new InvalidCheckpointException(
                            actor + ": names no base model; name its folder")));
    try (BaseModel model =
            BaseModel.adapted(
                source, source.config(), folder.config(source.config()), Device.cpu());
        Weights weights = folder.read(requireSame(model, source, folder.base()));
        MergedModel merged = new MergedModel(weights)) {
      CheckpointFolder.write(
          target, source.companions(), merged.tensors(), type.orElseGet(source::elementType));
    }
  }

  /** Checkpoints of earlier releases do not say what their base was. */
  private static BaseModel requireSame(BaseModel base, CheckpointFolder from, AdapterBase trained) {
    if (!trained.sha256().isEmpty() && !trained.sha256().equals(base.sha256())) {
      throw new InvalidCheckpointException(
          "%s: its weights are %.12s…, but the adapters were trained over %.12s…; name the folder of the model that the run began with"
              .formatted(from.path(), base.sha256(), trained.sha256()));
    }
    return base;
  }
}
