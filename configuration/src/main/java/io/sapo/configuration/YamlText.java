package io.sapo.configuration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.sapo.reading.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * YAML of one document, each key once, without aliases: where a text could stand for others it
 * would not be what a person reads, and some lines could stand for billions.
 */
public final class YamlText {
  /** Of a file: a configuration has some kilobytes. */
  private static final int MOST_BYTES = 1 << 20;

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
              .build());

  private static final int MOST_SHOWN = 200;

  /** Of a value: to read a number takes time that grows with the square of its digits. */
  private static final int MOST_CHARACTERS = 1 << 16;

  /** Of a dotted path: what stands behind it is put together for each value below it. */
  private static final int MOST_PATH = 512;

  private YamlText() {}

  /**
   * The text of a YAML file.
   *
   * @throws IOException when it cannot be read, or is longer than a megabyte
   */
  public static String of(Path file) throws IOException {
    return WholeFile.text(file, MOST_BYTES);
  }

  /**
   * What a text holds; a missing node where it holds nothing.
   *
   * @throws IllegalArgumentException when it is no YAML, has aliases, values of more than 65,536
   *     characters or more than one document
   */
  public static JsonNode tree(String yaml) {
    try {
      look(yaml);
      try (JsonParser parser = YAML.createParser(yaml)) {
        JsonNode root = YAML.readTree(parser);
        if (root != null && parser.nextToken() != null) {
          throw new IllegalArgumentException("must hold one document, but another follows (---)");
        }
        return root == null ? MissingNode.getInstance() : root;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          shortened(e.getOriginalMessage().lines().findFirst().orElse("not readable"))
              + (e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory must be readable", e);
    }
  }

  /** Refuses what is not to be there, before anything is made of it. */
  private static void look(String yaml) throws IOException {
    try (YAMLParser parser = (YAMLParser) YAML.createParser(yaml)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken().isScalarValue() && parser.getTextLength() > MOST_CHARACTERS) {
          throw new IllegalArgumentException(
              "has a value of more than %d characters in line %d"
                  .formatted(MOST_CHARACTERS, parser.currentTokenLocation().getLineNr()));
        }
        if (parser.isCurrentAlias()) {
          throw new IllegalArgumentException(
              "has the alias *%s in line %d; write the value itself"
                  .formatted(
                      shortened(parser.getText()), parser.currentTokenLocation().getLineNr()));
        }
      }
    }
  }

  /** As it may stand in a message. */
  static String shortened(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
  }

  /**
   * As dotted paths with text, in the order of the file.
   *
   * @throws IllegalArgumentException as {@link #tree}, and when there is no map at the top
   */
  static Map<String, String> flatten(String yaml) {
    Map<String, String> flat = new LinkedHashMap<>();
    JsonNode root = tree(yaml);
    if (root.isMissingNode() || root.isNull()) {
      return flat;
    }
    if (!root.isObject()) {
      throw new IllegalArgumentException("must hold sections with keys");
    }
    flatten("", root, flat);
    return flat;
  }

  /** A value as it is written: plain where it is then read as the same text. */
  static String scalar(String text) {
    boolean plain =
        text.matches("[A-Za-z0-9./_][A-Za-z0-9./_ -]*")
            && text.equals(flatten("key: " + text).get("key"));
    return plain
        ? text
        : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }

  private static void flatten(String path, JsonNode node, Map<String, String> flat) {
    if (node.isObject()) {
      if (node.isEmpty() && !path.isEmpty()) {
        return;
      }
      if (path.length() > MOST_PATH) {
        throw new IllegalArgumentException(
            "has a key of more than %d characters: %s".formatted(MOST_PATH, shortened(path)));
      }
      node.properties()
          .forEach(
              entry ->
                  flatten(
                      path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                      entry.getValue(),
                      flat));
    } else if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(item.isValueNode() ? item.asText() : item.toString()));
      flat.put(path, String.join(",", items));
    } else {
      flat.put(path, node.isNull() ? "" : node.asText());
    }
  }
}
