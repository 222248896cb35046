package io.sapo.policy.network;

import io.sapo.policy.checkpoint.Architecture;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A checkpoint's tensors under this project's names. Understood are the flat names of a
 * vision-language checkpoint ({@code model.…}, {@code visual.…}), the nested ones ({@code
 * model.language_model.…}, {@code model.visual.…}), those of either saved without its language
 * model head ({@code layers.…}, {@code language_model.…}), and the head for the embedding where the
 * two are one and that alone is stored.
 */
public final class StoredNames {
  private static final String MODEL = "model.";
  private static final String VISION = "visual.";
  private static final String NESTED = "language_model.";
  private static final String NESTED_TEXT = MODEL + NESTED;

  /** What a language model's names begin with where nothing stands before them. */
  private static final List<String> BARE = List.of("layers.", "embed_tokens.", "norm.");

  private StoredNames() {}

  /**
   * @throws InvalidCheckpointException naming the file and a tensor that is missing, has another
   *     shape or holds integers
   */
  static TensorData find(SafetensorsReader reader, TensorSpec spec, ModelConfig config) {
    boolean head = config.tieWordEmbeddings() && spec.name().equals(WeightLayout.TOKEN_EMBEDDINGS);
    String name =
        Stream.concat(
                candidates(spec.name()).stream(),
                head ? candidates(WeightLayout.LANGUAGE_MODEL_HEAD).stream() : Stream.empty())
            .filter(reader::contains)
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidCheckpointException(
                        "%s: there is no tensor '%s', which config.json asks for"
                            .formatted(reader.files(), spec.name())));
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

  private static List<String> candidates(String name) {
    if (!name.startsWith(MODEL)) {
      return List.of(nested(name), name);
    }
    String bare = name.substring(MODEL.length());
    return List.of(nested(name), name, NESTED + bare, bare);
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
    if (name.startsWith(MODEL + VISION)) {
      return name.substring(MODEL.length());
    }
    if (name.startsWith(NESTED)) {
      return MODEL + name.substring(NESTED.length());
    }
    return BARE.stream().anyMatch(name::startsWith) ? MODEL + name : name;
  }

  /**
   * What a copy of a whole model calls a stored tensor: the same, unless that lacks its head or has
   * it alone.
   *
   * @param name of the tensor here
   */
  static String whole(String stored, String name, Architecture architecture) {
    boolean same = stored.startsWith(MODEL) && own(stored).equals(name);
    return same ? stored : published(name, architecture);
  }
}
