package io.sapo.policy.network;

import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.checkpoint.TensorSpec;
import io.sapo.policy.tensor.TensorData;
import java.util.Arrays;

/**
 * A checkpoint's tensors under this project's names. Both the flat names of a vision-language
 * checkpoint ({@code model.…}, {@code visual.…}) and the nested ones ({@code
 * model.language_model.…}, {@code model.visual.…}) are understood.
 */
final class StoredNames {
  private StoredNames() {}

  /**
   * @throws InvalidCheckpointException naming the file and a tensor that is missing or has another
   *     shape
   */
  static TensorData find(SafetensorsReader reader, TensorSpec spec) {
    String nested = nested(spec.name());
    TensorData stored = reader.data(reader.contains(nested) ? nested : spec.name());
    if (!Arrays.equals(stored.spec().shape(), spec.shape())) {
      throw new InvalidCheckpointException(
          "%s: tensor %s does not fit config.json, which asks for %s"
              .formatted(reader.files(), stored.spec(), Arrays.toString(spec.shape())));
    }
    return stored;
  }

  private static String nested(String name) {
    return name.startsWith("model.")
        ? "model.language_model." + name.substring("model.".length())
        : "model." + name;
  }
}
