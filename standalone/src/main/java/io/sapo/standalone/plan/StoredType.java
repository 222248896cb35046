package io.sapo.standalone.plan;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.tensor.ElementType;
import java.util.EnumMap;
import java.util.Map;

/** Looks at the headers of a checkpoint's files. */
public final class StoredType {
  private StoredType() {}

  /**
   * In which type most of the weights lie.
   *
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException where the files cannot be read
   */
  public static ElementType of(CheckpointFolder folder) {
    Map<ElementType, Long> elements = new EnumMap<>(ElementType.class);
    try (SafetensorsReader reader = folder.openWeights()) {
      for (String name : reader.names()) {
        elements.merge(reader.type(name), reader.spec(name).elements(), Long::sum);
      }
    }
    return elements.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(folder.config().elementType());
  }
}
