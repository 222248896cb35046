package io.sapo.policy.script;

import io.sapo.policy.checkpoint.ElementType;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.VisionConfig;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The model's configuration as TorchScript functions of file {@code config}. */
final class ScriptConfig {
  /** Fixed in the Qwen2.5-VL architecture, not part of config.json. */
  private static final double VISION_RMS_NORM_EPS = 1e-6;

  private static final double VISION_ROPE_THETA = 10_000;

  private final StringBuilder source = new StringBuilder();

  private ScriptConfig() {}

  static String source(ModelConfig config) {
    ScriptConfig script = new ScriptConfig();
    script.decoder(config);
    config.vision().ifPresentOrElse(script::vision, script::noVision);
    return script.source.toString();
  }

  private void decoder(ModelConfig config) {
    List<Integer> sections =
        config.mropeSection().isEmpty() ? List.of(config.headDim() / 2) : config.mropeSection();
    define("compute_type", "int", config.computeType() == ElementType.BF16 ? "15" : "6");
    define("layers", "int", Integer.toString(config.layers()));
    define("hidden_size", "int", Integer.toString(config.hiddenSize()));
    define("heads", "int", Integer.toString(config.heads()));
    define("key_value_heads", "int", Integer.toString(config.keyValueHeads()));
    define("head_dim", "int", Integer.toString(config.headDim()));
    define("rms_norm_eps", "float", Double.toString(config.rmsNormEps()));
    define("inverse_frequencies", "List[float]", list(config.inverseFrequencies()));
    define("rotary_sections", "List[int]", sections.toString());
  }

  private void vision(VisionConfig vision) {
    int pairs = vision.headDim() / 4;
    double[] frequencies =
        IntStream.range(0, pairs)
            .mapToDouble(i -> Math.pow(VISION_ROPE_THETA, -(double) i / pairs))
            .toArray();
    List<String> full =
        IntStream.range(0, vision.depth())
            .mapToObj(i -> vision.fullAttentionBlocks().contains(i) ? "True" : "False")
            .toList();
    define("vision_heads", "int", Integer.toString(vision.heads()));
    define("vision_rms_norm_eps", "float", Double.toString(VISION_RMS_NORM_EPS));
    define("vision_inverse_frequencies", "List[float]", list(frequencies));
    define("vision_full_attention", "List[bool]", full.toString());
  }

  /** A model without a vision tower still compiles the branch it never takes. */
  private void noVision() {
    define("vision_heads", "int", "1");
    define("vision_rms_norm_eps", "float", Double.toString(VISION_RMS_NORM_EPS));
    define("vision_inverse_frequencies", "List[float]", "annotate(List[float], [])");
    define("vision_full_attention", "List[bool]", "annotate(List[bool], [])");
  }

  private void define(String name, String type, String value) {
    source.append("def %s() -> %s:%n  return %s%n%n".formatted(name, type, value));
  }

  private static String list(double[] values) {
    return DoubleStream.of(values)
        .mapToObj(Double::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
