package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The checked header of one safetensors file: the tensors' byte ranges cover the data section
 * without a gap or an overlap, and each fits its shape and type.
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {
  private static final int MAX_HEADER_BYTES = 100_000_000;
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Where a tensor lies: bytes [begin, end) of the file. */
  record Entry(TensorSpec spec, ElementType type, long begin, long end) {}

  static SafetensorsHeader read(FileChannel channel, Path file) throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw error(file, "is only " + size + " bytes long: not a safetensors file");
    }
    long headerBytes = readFully(channel, 0, 8, file).getLong();
    if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > size - 8) {
      throw error(
          file,
          "claims a header of %d bytes in a file of %d: corrupt or cut short"
              .formatted(headerBytes, size));
    }
    byte[] bytes = readFully(channel, 8, (int) headerBytes, file).array();
    JsonNode root;
    try {
      root = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new InvalidCheckpointException(
          file + ": header is not valid JSON: " + e.getOriginalMessage(), e);
    }
    if (root == null || !root.isObject()) {
      throw error(file, "header is not a JSON object");
    }
    return parse(root, 8 + headerBytes, size, file);
  }

  private static SafetensorsHeader parse(JsonNode root, long dataStart, long size, Path file) {
    Map<String, Entry> tensors = new TreeMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (field.getKey().equals("__metadata__")) {
        field
            .getValue()
            .properties()
            .forEach(item -> metadata.put(item.getKey(), item.getValue().asText()));
      } else {
        tensors.put(field.getKey(), entry(field.getKey(), field.getValue(), dataStart, size, file));
      }
    }
    checkCoverage(tensors, dataStart, size, file);
    return new SafetensorsHeader(tensors, metadata);
  }

  private static Entry entry(String name, JsonNode node, long dataStart, long size, Path file) {
    ElementType type;
    try {
      type = ElementType.valueOf(node.path("dtype").asText());
    } catch (IllegalArgumentException e) {
      throw new InvalidCheckpointException(
          "%s: tensor '%s' has dtype %s; readable are F32, F16, BF16, I64 and I32"
              .formatted(file, name, node.path("dtype")),
          e);
    }
    List<Long> shape = naturals(node.path("shape"), name, "shape", file);
    List<Long> offsets = naturals(node.path("data_offsets"), name, "data_offsets", file);
    if (offsets.size() != 2) {
      throw error(file, "tensor '" + name + "' needs two data_offsets");
    }
    TensorSpec spec = new TensorSpec(name, shape.stream().mapToLong(Long::longValue).toArray());
    long begin = offsets.get(0);
    long end = offsets.get(1);
    long expected;
    try {
      expected = Math.multiplyExact(spec.elements(), type.bytes());
    } catch (ArithmeticException e) {
      throw new InvalidCheckpointException(file + ": tensor " + spec + " is too large", e);
    }
    if (end > size - dataStart || end - begin != expected) {
      throw error(
          file,
          "tensor %s of type %s needs %d bytes but data_offsets [%d, %d] lie in %d bytes of data"
              .formatted(spec, type, expected, begin, end, size - dataStart));
    }
    return new Entry(spec, type, dataStart + begin, dataStart + end);
  }

  private static List<Long> naturals(JsonNode node, String name, String key, Path file) {
    List<Long> values = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.isIntegralNumber() || !element.canConvertToLong() || element.longValue() < 0) {
        throw error(file, "tensor '" + name + "' has " + key + " " + node);
      }
      values.add(element.longValue());
    }
    if (!node.isArray()) {
      throw error(file, "tensor '" + name + "' has no list " + key);
    }
    return values;
  }

  private static void checkCoverage(
      Map<String, Entry> tensors, long dataStart, long size, Path file) {
    long position = dataStart;
    List<Entry> inOrder =
        tensors.values().stream()
            .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
            .toList();
    for (Entry entry : inOrder) {
      if (entry.begin() != position) {
        throw error(
            file,
            "tensor '%s' starts at byte %d where %d was expected: ranges overlap or leave a gap"
                .formatted(entry.spec().name(), entry.begin(), position));
      }
      position = entry.end();
    }
    if (position != size) {
      throw error(file, "has " + (size - position) + " bytes after its last tensor");
    }
  }

  private static ByteBuffer readFully(FileChannel channel, long position, int count, Path file)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw error(file, "ends inside its header");
      }
    }
    return buffer.flip();
  }

  private static InvalidCheckpointException error(Path file, String problem) {
    return new InvalidCheckpointException(file + ": " + problem);
  }
}
