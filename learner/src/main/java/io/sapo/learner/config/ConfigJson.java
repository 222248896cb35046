package io.sapo.learner.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The JSON form of {@link LearnerConfig}.
 *
 * <p>Configs without {@code mathematics} were recorded by formulas number 1. Those of them that
 * number 2 computes to the same bits are read as what they meant: weights measured by segments, one
 * schedule for both networks, none of what came later. V-trace, and a KL penalty with the behaviour
 * policy taken for the old one, were other formulas and are refused.
 */
final class ConfigJson {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ConfigJson() {}

  static String write(LearnerConfig config) {
    try {
      return JSON.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a learner config cannot be written as JSON", e);
    }
  }

  static LearnerConfig read(String json) {
    try {
      JsonNode tree = JSON.readTree(json);
      if (tree instanceof ObjectNode config && !config.has("mathematics")) {
        upgrade(config);
      }
      return JSON.treeToValue(tree, LearnerConfig.class);
    } catch (JsonMappingException e) {
      String key =
          e.getPath().stream()
              .map(JsonMappingException.Reference::getFieldName)
              .collect(Collectors.joining("."));
      throw new IllegalArgumentException(
          "learner config, key '%s': %s".formatted(key, e.getOriginalMessage()), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "learner config is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void upgrade(ObjectNode config) {
    config.put("mathematics", LearnerConfig.MATHEMATICS).put("dynamicSampling", 0);
    JsonNode schedule = config.remove("schedule");
    for (String network : List.of("actor", "critic")) {
      if (config.get(network) instanceof ObjectNode optimizer && schedule != null) {
        optimizer.set("schedule", schedule);
      }
    }
    if (!(config.get("algorithm") instanceof ObjectNode algorithm)
        || !(algorithm.get("offPolicy") instanceof ObjectNode offPolicy)) {
      return;
    }
    boolean vtrace = offPolicy.path("vtrace").asBoolean();
    boolean offWithKl =
        offPolicy.path("mode").asText().equals("OFF")
            && algorithm.path("rewardKl").path("initial").asDouble() > 0;
    if (vtrace || offWithKl) {
      throw new IllegalArgumentException(
          "it was trained with %s as an earlier release computed it, which this one does not: use the release that made it"
              .formatted(vtrace ? "v-trace" : "a KL penalty in the rewards under off-policy off"));
    }
    algorithm.put("overlong", "END");
    algorithm.putObject("entropy").put("coefficient", 0).put("target", 0);
    offPolicy.putObject("weighting").put("scope", "SEGMENT").put("form", "MEAN");
    offPolicy.put("veto", 0).put("normalize", false).putNull("rejection");
  }

  static String sha256(String text) {
    return DigestUtils.sha256Hex(text.getBytes(StandardCharsets.UTF_8));
  }
}
