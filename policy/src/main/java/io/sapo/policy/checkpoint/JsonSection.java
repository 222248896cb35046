package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.reading.FileTooLongException;
import io.sapo.reading.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Typed access to one JSON object; every error names the file and the key. */
public record JsonSection(JsonNode node, String where) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 128 << 20;
  private static final int MOST_SHOWN = 600;

  /**
   * Reads a file that must hold one JSON object.
   *
   * @throws InvalidCheckpointException naming the file
   */
  public static JsonSection read(Path file) {
    byte[] content;
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new InvalidCheckpointException(file + ": is no regular file");
      }
      content = WholeFile.bytes(file, MOST_BYTES);
    } catch (FileTooLongException e) {
      throw new InvalidCheckpointException(e.getMessage(), e);
    } catch (IOException e) {
      throw new InvalidCheckpointException(
          file + ": cannot be read (" + e + "); a checkpoint folder needs this file", e);
    }
    return parse(content, file.toString());
  }

  /**
   * @param where it is from, for messages
   * @throws InvalidCheckpointException when it is no JSON object
   */
  static JsonSection parse(byte[] content, String where) {
    try {
      JsonNode root = JSON.readTree(content);
      if (root == null || !root.isObject()) {
        throw new InvalidCheckpointException(where + ": must hold a JSON object");
      }
      return new JsonSection(root, where);
    } catch (JsonProcessingException e) {
      throw new InvalidCheckpointException(
          where + ": not valid JSON: " + shortened(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not of bytes in memory
    }
  }

  public InvalidCheckpointException error(String key, String problem) {
    return new InvalidCheckpointException(where + ": key '" + key + "' " + shortened(problem));
  }

  /** What a file holds may be as long as the file. */
  private static String shortened(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
  }

  public boolean has(String key) {
    return node.hasNonNull(key);
  }

  public JsonSection section(String key) {
    JsonNode child = node.get(key);
    if (child == null || !child.isObject()) {
      throw error(key, "must be an object");
    }
    return new JsonSection(child, where + ": " + key);
  }

  public int positive(String key) {
    int value = integer(key);
    if (value <= 0) {
      throw error(key, "must be positive but is " + value);
    }
    return value;
  }

  public int positive(String key, int otherwise) {
    return has(key) ? positive(key) : otherwise;
  }

  /**
   * A positive number.
   *
   * @param most greatest that is supported
   */
  public int size(String key, int most) {
    int value = positive(key);
    if (value > most) {
      throw error(key, "is " + value + ", more than the " + most + " that are supported");
    }
    return value;
  }

  public int sizeOr(String key, int most, int otherwise) {
    return has(key) ? size(key, most) : otherwise;
  }

  public int integer(String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToInt()) {
      throw error(key, value == null ? "is missing" : "must be an integer but is " + value);
    }
    return value.intValue();
  }

  public double number(String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw error(key, value == null ? "is missing" : "must be a number but is " + value);
    }
    return value.doubleValue();
  }

  public double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  public boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!node.get(key).isBoolean()) {
      throw error(key, "must be true or false but is " + node.get(key));
    }
    return node.get(key).booleanValue();
  }

  public String text(String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isTextual()) {
      throw error(key, value == null ? "is missing" : "must be a string but is " + value);
    }
    return value.textValue();
  }

  /** A list of integers, a single integer standing for a list of one, or nothing. */
  public List<Integer> integers(String key) {
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

  public List<Double> numbers(String key) {
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
