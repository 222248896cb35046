package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes safetensors files atomically: a reader sees either the old file or the whole new one, also
 * after a power cut.
 */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PIECE_VALUES = 1 << 18;

  private SafetensorsWriter() {}

  /** Writes tensors in the given order as float32. */
  public static void write(Path file, List<NamedTensor> tensors, Map<String, String> metadata) {
    write(file, tensors, ElementType.F32, metadata);
  }

  /** Writes tensors in the given order, rounded to {@code type}. */
  public static void write(
      Path file, List<NamedTensor> tensors, ElementType type, Map<String, String> metadata) {
    List<TensorSpec> specs = tensors.stream().map(NamedTensor::spec).toList();
    var values = tensors.iterator();
    write(file, specs, spec -> values.next().values(), type, metadata);
  }

  /**
   * Writes tensors one after the other, so that only one need be on the heap at a time.
   *
   * @param values called once for each spec, in order
   * @throws UncheckedIOException naming the file; the old file, if any, is then untouched
   */
  public static void write(
      Path file,
      List<TensorSpec> specs,
      Function<TensorSpec, float[]> values,
      ElementType type,
      Map<String, String> metadata) {
    if (!type.floating()) {
      throw new IllegalArgumentException(file + ": tensors cannot be written as " + type);
    }
    AtomicFiles.write(
        file,
        channel -> {
          AtomicFiles.writeFully(channel, header(specs, type, metadata));
          ByteBuffer piece =
              ByteBuffer.allocateDirect(PIECE_VALUES * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
          for (TensorSpec spec : specs) {
            writeValues(channel, spec, values.apply(spec), type, piece);
          }
        });
  }

  private static ByteBuffer header(
      List<TensorSpec> specs, ElementType type, Map<String, String> metadata) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      metadata.forEach(root.putObject("__metadata__")::put);
    }
    long offset = 0;
    for (TensorSpec spec : specs) {
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

  private static void writeValues(
      FileChannel channel, TensorSpec spec, float[] values, ElementType type, ByteBuffer piece)
      throws IOException {
    if (values.length != spec.elements()) {
      throw new IllegalArgumentException(spec + " cannot hold " + values.length + " values");
    }
    for (int begin = 0; begin < values.length; begin += PIECE_VALUES) {
      int end = Math.min(values.length, begin + PIECE_VALUES);
      piece.clear();
      for (int i = begin; i < end; i++) {
        switch (type) {
          case F32 -> piece.putFloat(values[i]);
          case BF16 -> piece.putShort(HalfFloats.toBfloat16(values[i]));
          case F16 -> piece.putShort(HalfFloats.toFloat16(values[i]));
          default -> throw new IllegalArgumentException("cannot write " + type);
        }
      }
      AtomicFiles.writeFully(channel, piece.flip());
    }
  }
}
