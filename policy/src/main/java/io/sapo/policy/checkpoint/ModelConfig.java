package io.sapo.policy.checkpoint;

import io.sapo.policy.tensor.ElementType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the network's shape depends on, read from a Hugging Face {@code config.json}.
 *
 * @param queryKeyValueBias whether q_proj, k_proj and v_proj have a bias
 * @param outputBias whether o_proj has a bias
 * @param mlpBias whether gate_proj, up_proj and down_proj have a bias
 * @param mropeSection rotary pairs per head for time, height and width; sums to headDim / 2; empty
 *     for one-dimensional positions
 * @param eosTokenIds tokens that end a response; may be empty
 * @param imageTokens present exactly when {@code vision} is
 * @param elementType type the checkpoint's weights are said to be stored in; float32 where nothing
 *     is said
 * @param computeType type of activations and keys and values, float32 or bfloat16; not part of
 *     config.json
 */
public record ModelConfig(
    Architecture architecture,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int keyValueHeads,
    int headDim,
    int maxPositions,
    double rmsNormEps,
    double ropeTheta,
    RotaryScaling rotaryScaling,
    List<Integer> mropeSection,
    boolean queryKeyValueBias,
    boolean outputBias,
    boolean mlpBias,
    boolean tieWordEmbeddings,
    double initializerRange,
    List<Integer> eosTokenIds,
    Optional<Integer> bosTokenId,
    Optional<Integer> padTokenId,
    ElementType elementType,
    ElementType computeType,
    Optional<ImageTokens> imageTokens,
    Optional<VisionConfig> vision) {

  /** Ids of the tokens that frame and stand for pictures in a prompt. */
  public record ImageTokens(int visionStart, int visionEnd, int image, int video) {}

  public ModelConfig {
    mropeSection = List.copyOf(mropeSection);
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
    return ModelConfigJson.read(configJson);
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
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        keyValueHeads,
        headDim,
        maxPositions,
        rmsNormEps,
        ropeTheta,
        rotaryScaling,
        mropeSection,
        queryKeyValueBias,
        outputBias,
        mlpBias,
        tieWordEmbeddings,
        initializerRange,
        eosTokenIds,
        bosTokenId,
        padTokenId,
        elementType,
        type,
        imageTokens,
        vision);
  }

  public boolean multimodal() {
    return vision.isPresent();
  }

  /** Positions a token has: one, or time, height and width. */
  public int positionAxes() {
    return Math.max(1, mropeSection.size());
  }

  /**
   * Which of a token's positions each rotary pair turns by, [headDim / 2]: section by section, or,
   * in Qwen3-VL, height and width in every third place as long as their sections last, time in the
   * others.
   */
  public int[] rotaryAxes() {
    int[] axes = new int[headDim / 2];
    if (architecture.interleavedPositions()) {
      for (int i = 0; i < axes.length; i++) {
        int axis = i % 3;
        axes[i] = i < 3 * mropeSection.get(axis) ? axis : 0;
      }
      return axes;
    }
    int end = 0;
    for (int axis = 0; axis < mropeSection.size(); axis++) {
      int begin = end;
      end += mropeSection.get(axis);
      Arrays.fill(axes, begin, end, axis);
    }
    return axes;
  }

  /**
   * Rotary inverse frequencies in radians a position, [headDim / 2]: theta^(-2i / headDim), scaled
   * by {@link #rotaryScaling}.
   */
  public double[] inverseFrequencies() {
    double[] frequencies = new double[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = rotaryScaling.scale(Math.pow(ropeTheta, -2.0 * i / headDim));
    }
    return frequencies;
  }
}
