package io.sapo.policy.checkpoint;

import io.sapo.policy.tensor.ElementType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the network's shape depends on, read from a Hugging Face {@code config.json}.
 *
 * @param eosTokenIds tokens that end a response; may be empty
 * @param elementType type the checkpoint's weights are said to be stored in; float32 where nothing
 *     is said
 * @param computeType type of activations and keys and values, float32 or bfloat16; not part of
 *     config.json
 * @param imageTokens present exactly when {@code vision} is
 */
public record ModelConfig(
    Architecture architecture,
    int vocabSize,
    DecoderConfig decoder,
    boolean tieWordEmbeddings,
    double initializerRange,
    List<Integer> eosTokenIds,
    ElementType elementType,
    ElementType computeType,
    Optional<ImageTokens> imageTokens,
    Optional<VisionConfig> vision) {

  /** Ids of the tokens that frame and stand for pictures in a prompt. */
  public record ImageTokens(int visionStart, int visionEnd, int image, int video) {}

  public ModelConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
  }

  /**
   * Parses config.json, older layouts ({@code rope_theta} and {@code rope_scaling}, {@code
   * torch_dtype}) and newer ones ({@code rope_parameters}, {@code dtype}), flat or with a {@code
   * text_config}.
   *
   * @throws InvalidCheckpointException naming file and key when something is missing, inconsistent
   *     or not supported
   */
  public static ModelConfig read(Path configJson) {
    return ModelConfigJson.read(JsonSection.read(configJson));
  }

  /**
   * As {@link #read}, of the content of a config.json.
   *
   * @throws InvalidCheckpointException as {@link #read}
   */
  public static ModelConfig parse(String configJson) {
    return ModelConfigJson.read(
        JsonSection.parse(configJson.getBytes(StandardCharsets.UTF_8), CheckpointFolder.CONFIG));
  }

  /**
   * The same network computed in another type.
   *
   * @throws IllegalArgumentException for anything but float32 and bfloat16
   */
  public ModelConfig computedIn(ElementType type) {
    if (type != ElementType.F32 && type != ElementType.BF16) {
      throw new IllegalArgumentException(
          "a network is computed in float32 or bfloat16, not " + type);
    }
    return new ModelConfig(
        architecture,
        vocabSize,
        decoder,
        tieWordEmbeddings,
        initializerRange,
        eosTokenIds,
        elementType,
        type,
        imageTokens,
        vision);
  }

  public boolean multimodal() {
    return vision.isPresent();
  }
}
