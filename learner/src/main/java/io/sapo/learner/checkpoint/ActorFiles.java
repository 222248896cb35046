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
 */
public record ActorFiles(BaseModel base, Map<String, byte[]> companions, Path baseFolder) {

  public static ActorFiles of(BaseModel base, CheckpointFolder model) {
    return new ActorFiles(base, model.companions(), model.path().toAbsolutePath().normalize());
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
      ElementType start = base.config().elementType();
      CheckpointFolder.write(folder, companions, published(tensors), ElementType.F32, start);
    }
  }
}
