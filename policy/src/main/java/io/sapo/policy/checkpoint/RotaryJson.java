package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * Rotary positions in config.json: {@code rope_theta} beside {@code rope_scaling}, or both in
 * {@code rope_parameters}.
 *
 * @param text the section of the language model
 * @param rope empty where nothing but the base is given
 */
record RotaryJson(Architecture architecture, JsonSection text, Optional<JsonSection> rope) {
  private static final String THETA = "rope_theta";
  private static final String SECTION = "mrope_section";
  private static final String ORIGINAL_POSITIONS = "original_max_position_embeddings";

  static RotaryJson of(Architecture architecture, JsonSection text) {
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      if (text.has(key)) {
        JsonSection rope = text.section(key);
        for (JsonNode value : rope.node()) {
          if (value.isObject()) {
            throw text.error(key, "differs from layer to layer, which is not supported");
          }
        }
        return new RotaryJson(architecture, text, Optional.of(rope));
      }
    }
    return new RotaryJson(architecture, text, Optional.empty());
  }

  RotaryConfig read(int headDim) {
    return new RotaryConfig(
        theta(), scaling(), sections(headDim), architecture.interleavedPositions());
  }

  private double theta() {
    double inner = rope.map(section -> section.number(THETA, Double.NaN)).orElse(Double.NaN);
    double outer = text.number(THETA, Double.NaN);
    if (inner != outer && !Double.isNaN(inner) && !Double.isNaN(outer)) {
      throw text.error(THETA, "is " + outer + " but " + inner + " among the rotary parameters");
    }
    double given = Double.isNaN(inner) ? outer : inner;
    double theta = Double.isNaN(given) ? architecture.defaultRopeTheta() : given;
    if (Double.isNaN(theta)) {
      throw text.error(
          THETA,
          "is missing: transformers 4 takes 5000000 then and transformers 5 takes 500000; write the one that the model was trained with");
    }
    if (!(theta > 1)) {
      throw text.error(THETA, "must be above 1 but is " + theta);
    }
    return theta;
  }

  private RotaryScaling scaling() {
    if (rope.isEmpty()) {
      return new RotaryScaling.None();
    }
    JsonSection section = rope.get();
    if (section.number("partial_rotary_factor", 1) != 1) {
      throw section.error("partial_rotary_factor", "is not 1, which is not supported");
    }
    String key = section.has("rope_type") ? "rope_type" : "type";
    String type = section.has(key) ? section.text(key) : "default";
    return switch (type) {
      case "default", "mrope" -> new RotaryScaling.None();
      case "linear" -> new RotaryScaling.Linear(factor(section));
      case "llama3" -> llama3(section);
      case "yarn" -> yarn(section);
      default ->
          throw section.error(
              key, "is '" + type + "'; supported: default, mrope, linear, llama3, yarn");
    };
  }

  private static RotaryScaling llama3(JsonSection section) {
    double low = section.number("low_freq_factor");
    double high = section.number("high_freq_factor");
    if (!(low > 0 && high > low)) {
      throw section.error(
          "high_freq_factor", "(" + high + ") must exceed low_freq_factor (" + low + ") above 0");
    }
    return new RotaryScaling.Llama3(
        factor(section), low, high, section.positive(ORIGINAL_POSITIONS));
  }

  /** What is not given, and 0, are the public implementation's defaults. */
  private RotaryScaling yarn(JsonSection section) {
    double factor = factor(section);
    double fast = orDefault(section.number("beta_fast", 0), 32);
    double slow = orDefault(section.number("beta_slow", 0), 1);
    if (!(slow > 0 && fast >= slow)) {
      throw section.error("beta_fast", "(" + fast + ") must exceed beta_slow (" + slow + ")");
    }
    int original =
        section.has(ORIGINAL_POSITIONS)
            ? section.positive(ORIGINAL_POSITIONS)
            : text.positive("max_position_embeddings");
    return new RotaryScaling.Yarn(
        factor,
        attentionFactor(section, factor),
        fast,
        slow,
        original,
        section.flag("truncate", true));
  }

  private static double attentionFactor(JsonSection section, double factor) {
    if (section.has("attention_factor")) {
      double given = section.number("attention_factor");
      if (!(given > 0)) {
        throw section.error("attention_factor", "must be above 0 but is " + given);
      }
      return given;
    }
    double scale = section.number("mscale", 0);
    double allDimensions = section.number("mscale_all_dim", 0);
    return scale != 0 && allDimensions != 0
        ? temperature(factor, scale) / temperature(factor, allDimensions)
        : temperature(factor, 1);
  }

  /** YaRN, equation 22, of cosines and sines. */
  private static double temperature(double factor, double scale) {
    return 0.1 * scale * Math.log(factor) + 1;
  }

  private static double orDefault(double given, double otherwise) {
    return given == 0 ? otherwise : given;
  }

  private static double factor(JsonSection section) {
    double factor = section.number("factor");
    if (!(factor >= 1)) {
      throw section.error("factor", "must be at least 1 but is " + factor);
    }
    return factor;
  }

  /** Rotary pairs of time, height and width; empty for a model that looks at no pictures. */
  private List<Integer> sections(int headDim) {
    if (!architecture.multimodal()) {
      return List.of();
    }
    List<Integer> sections = rope.map(section -> section.integers(SECTION)).orElse(List.of());
    int pairs = sections.stream().mapToInt(Integer::intValue).sum();
    if (sections.size() != 3
        || pairs != headDim / 2
        || sections.stream().anyMatch(pair -> pair < 1)) {
      throw text.error(
          SECTION,
          "must be three positive numbers that sum to head_dim / 2 = "
              + headDim / 2
              + " but is "
              + sections);
    }
    boolean interleaved =
        rope.orElseThrow().flag("mrope_interleaved", architecture.interleavedPositions());
    if (interleaved != architecture.interleavedPositions()) {
      throw text.error(
          "mrope_interleaved",
          "is " + interleaved + ", which a " + architecture.modelType() + " model never has");
    }
    return sections;
  }
}
