package io.sapo.learner.checkpoint;

import io.sapo.policy.adapter.AdapterBase;
import io.sapo.policy.adapter.AdapterWriter;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.StoredNames;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.Renamed;
import io.sapo.policy.tensor.TensorData;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * How an actor is laid out in a folder: a whole model as Hugging Face does, adapters as PEFT does,
 * with the model's other files beside them.
 *
 * @param companions see {@link CheckpointFolder#companions}
 * @param baseFolder where the base model of adapters lies
 * @param start type of a whole model's elements when training began
 */
public record ActorFiles(
    BaseModel base, Map<String, byte[]> companions, Path baseFolder, ElementType start) {

  public static ActorFiles of(BaseModel base, CheckpointFolder model) {
    ElementType start =
        base.adapters().isPresent() ? model.config().elementType() : model.elementType();
    return new ActorFiles(
        base, model.companions(), model.path().toAbsolutePath().normalize(), start);
  }

  private List<TensorData> published(Collection<? extends TensorData> tensors) {
    return tensors.stream()
        .<TensorData>map(
            tensor ->
                Renamed.of(
                    StoredNames.published(tensor.spec().name(), base.config().architecture()),
                    tensor))
        .toList();
  }

  void write(Path folder, Collection<? extends TensorData> tensors) {
    if (base.adapters().isPresent()) {
      AdapterWriter.write(
          folder,
          new AdapterBase(baseFolder.toString(), base.sha256()),
          base.config(),
          base.adapters().get(),
          companions,
          tensors);
    } else {
      CheckpointFolder.write(folder, companions, published(tensors), ElementType.F32, start);
    }
  }
}
