package io.sapo.producer.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** JSON objects, one a line; blank lines are no rows. */
final class JsonLines implements TaskRows {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final LineFile lines;

  JsonLines(Path file) throws IOException {
    this.file = file;
    this.lines = new LineFile(file);
  }

  @Override
  public int count() {
    return lines.count();
  }

  @Override
  public String where(int index) {
    return "%s, line %d".formatted(file, number(index));
  }

  @Override
  public int number(int index) {
    return lines.number(index);
  }

  @Override
  public String file(int index) {
    return file.getFileName().toString();
  }

  @Override
  public String unit() {
    return "line";
  }

  @Override
  public byte[] bytes(int index) throws IOException {
    return lines.read(index);
  }

  @Override
  public JsonNode read(int index) throws IOException {
    return object(lines.read(index));
  }

  static JsonNode object(byte[] line) throws IOException {
    try {
      JsonNode row = JSON.readTree(line);
      if (!row.isObject()) {
        throw new IllegalArgumentException("not a JSON object");
      }
      return row;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  @Override
  public List<String> fields() throws IOException {
    List<String> names = new ArrayList<>();
    read(0).fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
