package io.sapo.policy.script;

import io.sapo.policy.checkpoint.AttentionConfig;
import io.sapo.policy.checkpoint.DecoderConfig;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.VisionConfig;
import io.sapo.policy.tensor.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The model's configuration as TorchScript functions of file {@code config}. */
final class ScriptConfig {
  /** Fixed in the architectures, not part of config.json. */
  private static final double VISION_NORM_EPS = 1e-6;

  private static final double VISION_ROPE_THETA = 10_000;

  private final StringBuilder source = new StringBuilder();

  private ScriptConfig() {}

  static String source(ModelConfig config) {
    ScriptConfig script = new ScriptConfig();
    script.decoder(config);
    config.vision().ifPresent(script::vision);
    script.define(
        "deepstack_features",
        "int",
        Integer.toString(config.vision().map(vision -> vision.deepstackBlocks().size()).orElse(0)));
    return script.source.toString();
  }

  private void decoder(ModelConfig config) {
    define("compute_type", "int", config.computeType() == ElementType.BF16 ? "15" : "6");
    DecoderConfig decoder = config.decoder();
    AttentionConfig attention = decoder.attention();
    define("layers", "int", Integer.toString(decoder.layers()));
    define("hidden_size", "int", Integer.toString(decoder.hiddenSize()));
    define("heads", "int", Integer.toString(attention.heads()));
    define("key_value_heads", "int", Integer.toString(attention.keyValueHeads()));
    define("head_dim", "int", Integer.toString(attention.headDim()));
    define("rms_norm_eps", "float", Double.toString(decoder.rmsNormEps()));
    define("inverse_frequencies", "List[float]", list(attention.inverseFrequencies()));
    define(
        "rotary_factor", "float", Double.toString(attention.rotary().scaling().attentionFactor()));
    define("position_axes", "int", Integer.toString(attention.rotary().positionAxes()));
    define("rotary_axes", "List[int]", Arrays.toString(attention.rotaryAxes()));
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
    List<Integer> deepstack =
        IntStream.range(0, vision.depth())
            .map(i -> vision.deepstackBlocks().indexOf(i))
            .boxed()
            .toList();
    define("vision_heads", "int", Integer.toString(vision.heads()));
    define("vision_norm_eps", "float", Double.toString(VISION_NORM_EPS));
    define("vision_inverse_frequencies", "List[float]", list(frequencies));
    define("vision_full_attention", "List[bool]", full.toString());
    define("vision_deepstack", "List[int]", deepstack.toString());
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
