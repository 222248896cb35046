package io.sapo.policy.network;

import io.sapo.policy.checkpoint.Architecture;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.util.Arrays;

/**
 * A checkpoint's tensors under this project's names. Both the flat names of a vision-language
 * checkpoint ({@code model.…}, {@code visual.…}) and the nested ones ({@code
 * model.language_model.…}, {@code model.visual.…}) are understood.
 */
public final class StoredNames {
  private static final String MODEL = "model.";
  private static final String VISION = "visual.";
  private static final String NESTED_TEXT = MODEL + "language_model.";

  private StoredNames() {}

  /**
   * @throws InvalidCheckpointException naming the file and a tensor that is missing, has another
   *     shape or holds integers
   */
  static TensorData find(SafetensorsReader reader, TensorSpec spec) {
    String nested = nested(spec.name());
    String name = reader.contains(nested) ? nested : spec.name();
    if (!reader.contains(name)) {
      throw new InvalidCheckpointException(
          "%s: there is no tensor '%s', which config.json asks for"
              .formatted(reader.files(), spec.name()));
    }
    TensorData stored = reader.data(name);
    if (!Arrays.equals(stored.spec().shape(), spec.shape())) {
      throw new InvalidCheckpointException(
          "%s: tensor %s does not fit config.json, which asks for %s"
              .formatted(reader.files(), stored.spec(), Arrays.toString(spec.shape())));
    }
    if (!stored.type().floating()) {
      throw new InvalidCheckpointException(
          "%s: tensor %s has type %s; weights are F32, F16 or BF16"
              .formatted(reader.files(), stored.spec(), stored.type()));
    }
    return stored;
  }

  /** The name under which the public library looks for a tensor of a whole model. */
  public static String published(String name, Architecture architecture) {
    boolean nests = architecture == Architecture.QWEN3_VL;
    return nests && (name.startsWith(MODEL) || name.startsWith(VISION)) ? nested(name) : name;
  }

  private static String nested(String name) {
    return name.startsWith(MODEL) ? NESTED_TEXT + name.substring(MODEL.length()) : MODEL + name;
  }

  /** This project's name of a stored tensor. */
  static String own(String name) {
    if (name.startsWith(NESTED_TEXT)) {
      return MODEL + name.substring(NESTED_TEXT.length());
    }
    return name.startsWith(MODEL + VISION) ? name.substring(MODEL.length()) : name;
  }
}
