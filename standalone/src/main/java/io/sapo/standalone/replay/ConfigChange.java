package io.sapo.standalone.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.learner.algorithm.Overlong;
import io.sapo.learner.config.LearnerConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What settings change in a learner's config: the difference between the config with them and the
 * one without, put on top of the config that a version recorded.
 */
public final class ConfigChange implements UnaryOperator<LearnerConfig> {
  /** As {@link #keys} has it. */
  public static final String OVERLONG = "algorithm.overlong";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode patch;

  private ConfigChange(ObjectNode patch) {
    this.patch = patch;
  }

  public static ConfigChange between(LearnerConfig without, LearnerConfig with) {
    return new ConfigChange(difference(tree(without.canonicalJson()), tree(with.canonicalJson())));
  }

  /** Dotted names of what changes, as in the recorded config. */
  public List<String> keys() {
    List<String> keys = new ArrayList<>();
    collect("", patch, keys);
    Collections.sort(keys);
    return keys;
  }

  /**
   * Those of the {@link #keys} that recorded batches do not show: what decided which records make a
   * batch, and whether rewards have a penalty in them.
   *
   * @param recorded the config that is changed
   */
  public List<String> asRecorded(LearnerConfig recorded) {
    LearnerConfig changed = apply(recorded);
    List<String> keys = new ArrayList<>();
    Overlong before = recorded.algorithm().overlong();
    Overlong after = changed.algorithm().overlong();
    if ((before == Overlong.PENALTY) != (after == Overlong.PENALTY)) {
      keys.add(OVERLONG);
    }
    if (recorded.batch().dynamicSampling() != changed.batch().dynamicSampling()) {
      keys.add("dynamicSampling");
    }
    return keys;
  }

  @Override
  public LearnerConfig apply(LearnerConfig recorded) {
    ObjectNode tree = tree(recorded.canonicalJson());
    merge(tree, patch);
    LearnerConfig changed = LearnerConfig.fromJson(tree.toString());
    changed.requireComputable();
    return changed;
  }

  private static ObjectNode difference(ObjectNode from, ObjectNode to) {
    ObjectNode difference = JSON.createObjectNode();
    to.properties()
        .forEach(
            field -> {
              JsonNode old = from.get(field.getKey());
              if (field.getValue() instanceof ObjectNode after
                  && old instanceof ObjectNode before) {
                ObjectNode inner = difference(before, after);
                if (!inner.isEmpty()) {
                  difference.set(field.getKey(), inner);
                }
              } else if (!field.getValue().equals(old)) {
                difference.set(field.getKey(), field.getValue());
              }
            });
    return difference;
  }

  private static void merge(ObjectNode into, ObjectNode change) {
    change
        .properties()
        .forEach(
            field -> {
              if (field.getValue() instanceof ObjectNode inner
                  && into.get(field.getKey()) instanceof ObjectNode target) {
                merge(target, inner);
              } else {
                into.set(field.getKey(), field.getValue());
              }
            });
  }

  private static void collect(String prefix, ObjectNode node, List<String> keys) {
    node.properties()
        .forEach(
            field -> {
              if (field.getValue() instanceof ObjectNode inner) {
                collect(prefix + field.getKey() + ".", inner, keys);
              } else {
                keys.add(prefix + field.getKey());
              }
            });
  }

  private static ObjectNode tree(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a learner config is not JSON: " + json, e);
    }
  }
}
