package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Typed access to one JSON object; every error names the file and the key. */
record JsonSection(JsonNode node, String where) {

  InvalidCheckpointException error(String key, String problem) {
    return new InvalidCheckpointException(where + ": key '" + key + "' " + problem);
  }

  boolean has(String key) {
    return node.hasNonNull(key);
  }

  JsonSection section(String key) {
    JsonNode child = node.get(key);
    if (child == null || !child.isObject()) {
      throw error(key, "must be an object");
    }
    return new JsonSection(child, where + ": " + key);
  }

  int positive(String key) {
    int value = integer(key);
    if (value <= 0) {
      throw error(key, "must be positive but is " + value);
    }
    return value;
  }

  int positive(String key, int otherwise) {
    return has(key) ? positive(key) : otherwise;
  }

  int integer(String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToInt()) {
      throw error(key, value == null ? "is missing" : "must be an integer but is " + value);
    }
    return value.intValue();
  }

  double number(String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw error(key, value == null ? "is missing" : "must be a number but is " + value);
    }
    return value.doubleValue();
  }

  double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!node.get(key).isBoolean()) {
      throw error(key, "must be true or false but is " + node.get(key));
    }
    return node.get(key).booleanValue();
  }

  String text(String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isTextual()) {
      throw error(key, value == null ? "is missing" : "must be a string but is " + value);
    }
    return value.textValue();
  }

  /** A list of integers, a single integer standing for a list of one, or nothing. */
  List<Integer> integers(String key) {
    List<Integer> values = new ArrayList<>();
    if (has(key)) {
      Iterable<JsonNode> elements =
          node.get(key).isArray() ? node.get(key) : List.of(node.get(key));
      for (JsonNode element : elements) {
        if (!element.isIntegralNumber() || !element.canConvertToInt()) {
          throw error(key, "must hold integers but has " + element);
        }
        values.add(element.intValue());
      }
    }
    return values;
  }

  List<Double> numbers(String key) {
    JsonNode array = node.get(key);
    if (array == null || !array.isArray()) {
      throw error(key, "must be a list of numbers");
    }
    List<Double> values = new ArrayList<>();
    for (JsonNode element : array) {
      if (!element.isNumber()) {
        throw error(key, "must hold numbers but has " + element);
      }
      values.add(element.doubleValue());
    }
    return values;
  }
}
