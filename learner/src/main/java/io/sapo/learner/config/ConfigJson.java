package io.sapo.learner.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The JSON form of {@link LearnerConfig}: the settings of batches and steps stand beside all
 * others.
 *
 * <p>Configs without {@code mathematics} were recorded by formulas number 1. Those of them that
 * number 2 computes to the same bits are read as what they meant: weights measured by segments, one
 * schedule for both networks, none of what came later. V-trace, and a KL penalty with the behaviour
 * policy taken for the old one, were other formulas and are refused.
 *
 * <p>Configs of number 2 stay what they are, and versions made with them are folded by number 2:
 * its reference policy under adapters is the base alone. See {@link
 * LearnerConfig#requireComputable} for the exception.
 */
final class ConfigJson {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
          .build();

  /** A component of the config that is not seen in its JSON: its keys are. */
  private record Group(String name, List<String> keys) {}

  private static final List<Group> GROUPS =
      List.of(
          new Group(
              "batch",
              List.of("batchSize", "maxSequenceTokens", "maxStaleness", "dynamicSampling")),
          new Group(
              "steps",
              List.of("miniBatchSize", "microBatchTokens", "epochs", "criticWarmupUpdates")));

  private ConfigJson() {}

  static String write(LearnerConfig config) {
    try {
      ObjectNode tree = JSON.valueToTree(config);
      GROUPS.forEach(group -> tree.setAll((ObjectNode) tree.remove(group.name())));
      return JSON.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a learner config cannot be written as JSON", e);
    }
  }

  static LearnerConfig read(String json) {
    try {
      JsonNode tree = JSON.readTree(json);
      if (tree instanceof ObjectNode config) {
        if (!config.has("mathematics")) {
          upgrade(config);
        }
        GROUPS.forEach(group -> gather(group, config));
      }
      return JSON.treeToValue(tree, LearnerConfig.class);
    } catch (JsonMappingException e) {
      String key =
          e.getPath().stream()
              .map(JsonMappingException.Reference::getFieldName)
              .filter(name -> GROUPS.stream().noneMatch(group -> group.name().equals(name)))
              .collect(Collectors.joining("."));
      throw new IllegalArgumentException(
          "learner config, key '%s': %s".formatted(key, e.getOriginalMessage()), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "learner config is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Of a recorded config, whatever else it holds. */
  static int mathematics(String json) {
    try {
      return JSON.readTree(json).path("mathematics").asInt(1);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "learner config is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void gather(Group group, ObjectNode config) {
    if (config.has(group.name())) {
      throw new IllegalArgumentException(
          "learner config, key '%s': not known".formatted(group.name()));
    }
    ObjectNode gathered = config.putObject(group.name());
    for (String key : group.keys()) {
      JsonNode value = config.remove(key);
      if (value != null) {
        gathered.set(key, value);
      }
    }
  }

  private static void upgrade(ObjectNode config) {
    config.put("mathematics", 2).put("dynamicSampling", 0);
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
    return DigestUtils.sha256Hex(text);
  }
}
