package io.sapo.learner.checkpoint;

import ai.djl.Device;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.adapter.AdapterWriter;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.checkpoint.ScalarHeadConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint's critic as a folder that transformers and PEFT load, and that another run can begin
 * its critic with ({@link io.sapo.policy.adapter.InitialCritic}): a whole value model, or adapters
 * with their score head.
 */
public final class CriticExport {
  private final Path actor;
  private final Path critic;

  /**
   * @param checkpoint folder of a version
   * @throws InvalidCheckpointException when it holds no critic
   */
  public CriticExport(Path checkpoint) {
    this.actor = CheckpointFiles.actor(checkpoint);
    this.critic = CheckpointFiles.critic(checkpoint);
    if (!Files.exists(critic)) {
      throw new InvalidCheckpointException(
          checkpoint + ": holds no critic; the algorithm has none, or only a reference was kept");
    }
  }

  /**
   * @param target must not exist yet
   * @param type of a whole model's elements; empty for float32, in which it was trained
   * @throws InvalidCheckpointException where transformers has no such model with a scalar head
   */
  public void write(Path target, Optional<ElementType> type) {
    CheckpointFolder model = CheckpointFolder.open(actor);
    ModelConfig config = model.config();
    Map<String, byte[]> companions =
        ScalarHeadConfig.companions(model.companions(), config.architecture());
    try (SafetensorsReader reader = SafetensorsReader.open(critic)) {
      if (AdapterFolder.isIn(actor)) {
        writeAdapters(target, config, companions, reader);
      } else {
        CheckpointFolder.write(target, companions, withBias(reader), type.orElse(ElementType.F32));
      }
    }
  }

  private void writeAdapters(
      Path target, ModelConfig config, Map<String, byte[]> companions, SafetensorsReader reader) {
    AdapterFolder folder = AdapterFolder.open(actor);
    try (BaseModel shapes = CheckpointFiles.shapes(actor.getParent(), Device.cpu());
        Weights weights = Weights.read(reader, shapes, CheckpointFiles.criticHead(reader))) {
      AdapterWriter.writeCritic(
          target, folder.base(), config, folder.config(config), companions, weights.tensors());
    }
  }

  /** The class has a bias, which would be missed where the critic has none; 0 changes nothing. */
  private static List<TensorData> withBias(SafetensorsReader reader) {
    List<TensorData> tensors = new ArrayList<>();
    reader.names().forEach(name -> tensors.add(reader.data(name)));
    if (CheckpointFiles.criticHead(reader) == Head.SCALAR) {
      tensors.add(NamedTensor.of(WeightLayout.SCALAR_HEAD_BIAS, new long[] {1}, new float[1]));
    }
    return tensors;
  }
}
