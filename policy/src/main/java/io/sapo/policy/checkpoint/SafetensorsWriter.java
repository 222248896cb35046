package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorCopy;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes safetensors files atomically: a reader sees either the old file or the whole new one, also
 * after a power cut. Tensors are written window by window, from wherever they lie.
 */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafetensorsWriter() {}

  /** Writes tensors in the given order as float32. */
  public static void write(
      Path file, Collection<? extends TensorData> tensors, Map<String, String> metadata) {
    write(file, tensors, ElementType.F32, metadata);
  }

  /**
   * Writes tensors in the given order, rounded to {@code type}.
   *
   * @throws UncheckedIOException naming the file; the old file, if any, is then untouched
   */
  public static void write(
      Path file,
      Collection<? extends TensorData> tensors,
      ElementType type,
      Map<String, String> metadata) {
    if (!type.floating()) {
      throw new IllegalArgumentException(file + ": tensors cannot be written as " + type);
    }
    AtomicFiles.write(
        file,
        channel -> {
          AtomicFiles.writeFully(channel, header(tensors, type, metadata));
          for (TensorData tensor : tensors) {
            write(channel, tensor, type);
          }
        });
  }

  private static void write(FileChannel channel, TensorData tensor, ElementType type)
      throws IOException {
    try {
      TensorCopy.converted(
          tensor,
          type,
          window -> {
            try {
              AtomicFiles.writeFully(channel, window);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * Writes a folder's weights as Hugging Face does: one {@code model.safetensors}, or, where that
   * would be larger than {@code shardBytes}, several files and their index.
   */
  static void writeShards(
      Path folder, Collection<? extends TensorData> tensors, ElementType type, long shardBytes) {
    List<List<TensorData>> shards = shards(tensors, type, shardBytes);
    Map<String, String> metadata = Map.of("format", "pt");
    if (shards.size() == 1) {
      write(folder.resolve(SafetensorsReader.SINGLE_FILE), shards.get(0), type, metadata);
      return;
    }
    ObjectNode index = JSON.createObjectNode();
    index.putObject("metadata").put("total_size", totalBytes(tensors, type));
    ObjectNode files = index.putObject("weight_map");
    for (int i = 0; i < shards.size(); i++) {
      String name =
          String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
      write(folder.resolve(name), shards.get(i), type, metadata);
      shards.get(i).forEach(tensor -> files.put(tensor.spec().name(), name));
    }
    AtomicFiles.write(
        folder.resolve(SafetensorsReader.INDEX_FILE),
        channel ->
            AtomicFiles.writeFully(
                channel,
                ByteBuffer.wrap(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(index))));
  }

  private static List<List<TensorData>> shards(
      Collection<? extends TensorData> tensors, ElementType type, long shardBytes) {
    List<List<TensorData>> shards = new ArrayList<>(List.of(new ArrayList<>()));
    long filled = 0;
    for (TensorData tensor : tensors) {
      long bytes = tensor.spec().elements() * type.bytes();
      if (filled > 0 && filled + bytes > shardBytes) {
        shards.add(new ArrayList<>());
        filled = 0;
      }
      shards.get(shards.size() - 1).add(tensor);
      filled += bytes;
    }
    return shards;
  }

  private static long totalBytes(Collection<? extends TensorData> tensors, ElementType type) {
    return tensors.stream().mapToLong(tensor -> tensor.spec().elements() * type.bytes()).sum();
  }

  private static ByteBuffer header(
      Collection<? extends TensorData> tensors, ElementType type, Map<String, String> metadata)
      throws IOException {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      metadata.forEach(root.putObject("__metadata__")::put);
    }
    long offset = 0;
    for (TensorData tensor : tensors) {
      TensorSpec spec = tensor.spec();
      if (root.has(spec.name())) {
        throw new IllegalArgumentException("two tensors are named '" + spec.name() + "'");
      }
      ObjectNode node = root.putObject(spec.name());
      node.put("dtype", type.name());
      ArrayNode shape = node.putArray("shape");
      for (long dimension : spec.shape()) {
        shape.add(dimension);
      }
      long end = offset + spec.elements() * type.bytes();
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = JSON.writeValueAsBytes(root);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer buffer = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(padded).put(json);
    buffer.put(" ".repeat(padded - json.length).getBytes(StandardCharsets.US_ASCII));
    return buffer.flip();
  }
}
