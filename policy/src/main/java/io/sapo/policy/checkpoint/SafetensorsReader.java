package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.HalfFloats;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tensors of one safetensors file or of a sharded checkpoint, memory-mapped piece by piece, so that
 * neither file nor tensor size is bounded by 2 GB. Names come in ascending order. Safe for use from
 * several threads. Holds open files until closed.
 *
 * <p>All failures are {@link InvalidCheckpointException}s that name the file and the tensor.
 */
public final class SafetensorsReader implements AutoCloseable {
  public static final String SINGLE_FILE = "model.safetensors";
  public static final String INDEX_FILE = "model.safetensors.index.json";
  private static final long MAPPED_PIECE_BYTES = 1L << 28;

  private record Shard(Path file, FileChannel channel, SafetensorsHeader header) {}

  private final List<Shard> shards;
  private final Map<String, Shard> shardOf;

  private SafetensorsReader(List<Shard> shards, Map<String, Shard> shardOf) {
    this.shards = shards;
    this.shardOf = shardOf;
  }

  /**
   * Opens a safetensors file, or a folder that holds {@code model.safetensors} or the shards that
   * {@code model.safetensors.index.json} names.
   */
  public static SafetensorsReader open(Path fileOrFolder) {
    if (!Files.isDirectory(fileOrFolder)) {
      return openShards(List.of(fileOrFolder), null, fileOrFolder);
    }
    Path single = fileOrFolder.resolve(SINGLE_FILE);
    Path index = fileOrFolder.resolve(INDEX_FILE);
    if (Files.exists(single) || !Files.exists(index)) {
      return openShards(List.of(single), null, single);
    }
    Map<String, Path> fileOf = readIndex(index);
    return openShards(fileOf.values().stream().distinct().sorted().toList(), fileOf, index);
  }

  private static Map<String, Path> readIndex(Path index) {
    JsonNode weightMap = JsonSection.read(index).node().path("weight_map");
    Map<String, Path> fileOf = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
      String file = entry.getValue().asText();
      if (file.isEmpty() || !Path.of(file).equals(Path.of(file).getFileName())) {
        throw new InvalidCheckpointException(
            index + ": tensor '" + entry.getKey() + "' lies in '" + file + "', not a plain name");
      }
      fileOf.put(entry.getKey(), index.resolveSibling(file));
    }
    if (fileOf.isEmpty()) {
      throw new InvalidCheckpointException(index + ": key 'weight_map' is missing or empty");
    }
    return fileOf;
  }

  private static SafetensorsReader openShards(
      List<Path> files, Map<String, Path> fileOf, Path where) {
    List<Shard> shards = new ArrayList<>();
    SafetensorsReader reader = new SafetensorsReader(shards, new TreeMap<>());
    try {
      for (Path file : files) {
        shards.add(openShard(file));
      }
      reader.assign(fileOf, where);
      return reader;
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static Shard openShard(Path file) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      return new Shard(file, channel, SafetensorsHeader.read(channel, file));
    } catch (IOException | InvalidCheckpointException e) {
      closeQuietly(channel, e);
      if (e instanceof InvalidCheckpointException invalid) {
        throw invalid;
      }
      throw new InvalidCheckpointException(file + ": cannot be read: " + e, e);
    }
  }

  private static void closeQuietly(FileChannel channel, Exception cause) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void assign(Map<String, Path> fileOf, Path where) {
    for (Shard shard : shards) {
      for (String name : shard.header().tensors().keySet()) {
        if (shardOf.put(name, shard) != null) {
          throw new InvalidCheckpointException(where + ": tensor '" + name + "' lies in two files");
        }
      }
    }
    if (fileOf != null) {
      fileOf.forEach(
          (name, file) -> {
            Shard shard = shardOf.get(name);
            if (shard == null || !shard.file().equals(file)) {
              throw new InvalidCheckpointException(
                  file + ": lacks tensor '" + name + "' that " + where + " says it holds");
            }
          });
    }
  }

  /** Names of all tensors, ascending. */
  public List<String> names() {
    return List.copyOf(shardOf.keySet());
  }

  public boolean contains(String name) {
    return shardOf.containsKey(name);
  }

  public TensorSpec spec(String name) {
    return entry(name).spec();
  }

  public ElementType type(String name) {
    return entry(name).type();
  }

  /** The files' {@code __metadata__}, merged. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    shards.forEach(shard -> metadata.putAll(shard.header().metadata()));
    return Collections.unmodifiableMap(metadata);
  }

  /** All values of a floating-point tensor, widened to float32, row-major. */
  public float[] floats(String name) {
    float[] values = new float[arrayLength(name)];
    readFloats(name, FloatBuffer.wrap(values));
    return values;
  }

  /** A tensor's elements as they lie in the file, to be read while this reader is open. */
  public TensorData data(String name) {
    Shard shard = shardOf.get(name);
    SafetensorsHeader.Entry entry = entry(name);
    return new FileTensor(shard.file(), shard.channel(), entry);
  }

  public NamedTensor tensor(String name) {
    return new NamedTensor(spec(name), floats(name));
  }

  /** Puts all values of a floating-point tensor, widened to float32, into {@code target}. */
  public void readFloats(String name, FloatBuffer target) {
    SafetensorsHeader.Entry entry = entry(name);
    switch (entry.type()) {
      case F32 -> forEachPiece(name, piece -> target.put(piece.asFloatBuffer()));
      case BF16 ->
          forEachPiece(
              name,
              piece -> {
                while (piece.hasRemaining()) {
                  target.put(HalfFloats.fromBfloat16(piece.getShort()));
                }
              });
      case F16 ->
          forEachPiece(
              name,
              piece -> {
                while (piece.hasRemaining()) {
                  target.put(HalfFloats.fromFloat16(piece.getShort()));
                }
              });
      default -> throw wrongType(name, "floating-point");
    }
  }

  /** All values of an integer tensor, row-major. */
  public long[] longs(String name) {
    if (entry(name).type().floating()) {
      throw wrongType(name, "integer");
    }
    boolean wide = entry(name).type() == ElementType.I64;
    long[] values = new long[arrayLength(name)];
    int[] next = {0};
    forEachPiece(
        name,
        piece -> {
          while (piece.hasRemaining()) {
            values[next[0]++] = wide ? piece.getLong() : piece.getInt();
          }
        });
    return values;
  }

  private interface PieceReader {
    void read(ByteBuffer piece);
  }

  private void forEachPiece(String name, PieceReader reader) {
    Shard shard = shardOf.get(name);
    SafetensorsHeader.Entry entry = entry(name);
    try {
      for (long begin = entry.begin(); begin < entry.end(); begin += MAPPED_PIECE_BYTES) {
        long bytes = Math.min(MAPPED_PIECE_BYTES, entry.end() - begin);
        ByteBuffer piece = shard.channel().map(FileChannel.MapMode.READ_ONLY, begin, bytes);
        reader.read(piece.order(ByteOrder.LITTLE_ENDIAN));
      }
    } catch (IOException e) {
      throw new InvalidCheckpointException(
          shard.file() + ": tensor '" + name + "' cannot be read: " + e, e);
    }
  }

  private SafetensorsHeader.Entry entry(String name) {
    Shard shard = shardOf.get(name);
    if (shard == null) {
      throw new InvalidCheckpointException(files() + ": there is no tensor '" + name + "'");
    }
    return shard.header().tensors().get(name);
  }

  private int arrayLength(String name) {
    long elements = entry(name).spec().elements();
    if (elements > Integer.MAX_VALUE - 8) {
      throw new InvalidCheckpointException(
          files() + ": tensor '" + name + "' has " + elements + " elements, too many for an array");
    }
    return (int) elements;
  }

  private InvalidCheckpointException wrongType(String name, String wanted) {
    return new InvalidCheckpointException(
        "%s: tensor '%s' has type %s where a %s type is needed"
            .formatted(shardOf.get(name).file(), name, type(name), wanted));
  }

  /** The files read, for messages. */
  public String files() {
    return String.join(", ", shards.stream().map(shard -> shard.file().toString()).toList());
  }

  @Override
  public void close() {
    InvalidCheckpointException failure = null;
    for (Shard shard : shards) {
      try {
        shard.channel().close();
      } catch (IOException e) {
        failure = new InvalidCheckpointException(shard.file() + ": cannot be closed: " + e, e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
