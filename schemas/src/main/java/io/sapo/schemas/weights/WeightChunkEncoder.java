package io.sapo.schemas.weights;

import com.github.luben.zstd.Zstd;
import io.sapo.schemas.Compression;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Cuts the tensors of one version into chunks and hands these on as they are made, so that only one
 * tensor need be in memory at a time. Not thread-safe.
 *
 * <p>The bytes depend on the tensors alone: same tensors, same chunks.
 */
public final class WeightChunkEncoder {
  /** Largest payload before compression; sent uncompressed where compression gains nothing. */
  public static final int MAX_PAYLOAD_BYTES = 1 << 20;

  private static final int ZSTD_LEVEL = 3;

  private final long version;
  private final ElementType type;
  private final Consumer<WeightChunk> out;
  private int chunks;

  public WeightChunkEncoder(long version, ElementType type, Consumer<WeightChunk> out) {
    this.version = version;
    this.type = type;
    this.out = out;
  }

  /** Publishes all of a tensor: every tensor of an anchor. */
  public void whole(PublishedTensor tensor) {
    requireType(tensor);
    String sha256 = tensor.sha256();
    int step = MAX_PAYLOAD_BYTES / elementBytes();
    int start = 0;
    do {
      int count = Math.min(step, tensor.count() - start);
      byte[] payload =
          Arrays.copyOfRange(
              tensor.elements(), start * elementBytes(), (start + count) * elementBytes());
      emit(tensor, sha256, start, count, false, payload);
      start += count;
    } while (start < tensor.count());
  }

  /**
   * Publishes what changed in a tensor: every tensor of a delta, changed or not.
   *
   * @param before the tensor as published in the parent version
   */
  public void changed(PublishedTensor before, PublishedTensor after) {
    requireType(before);
    requireType(after);
    if (!before.name().equals(after.name()) || !Arrays.equals(before.shape(), after.shape())) {
      throw new IllegalArgumentException(
          "no delta from %s %s to %s %s: names and shapes must agree"
              .formatted(
                  before.name(),
                  Arrays.toString(before.shape()),
                  after.name(),
                  Arrays.toString(after.shape())));
    }
    int[] indices = changedIndices(before.elements(), after.elements());
    if ((long) indices.length * sparseBytes() > after.elements().length) {
      whole(after);
      return;
    }
    String sha256 = after.sha256();
    int step = MAX_PAYLOAD_BYTES / sparseBytes();
    int from = 0;
    do {
      int to = Math.min(from + step, indices.length);
      int start = to > from ? indices[from] : 0;
      emit(after, sha256, start, to - from, true, sparsePayload(after, indices, from, to));
      from = to;
    } while (from < indices.length);
  }

  /** Number of chunks made so far: the version's {@code chunkCount}. */
  public int chunks() {
    return chunks;
  }

  private int[] changedIndices(byte[] before, byte[] after) {
    int size = elementBytes();
    int[] indices = new int[16];
    int found = 0;
    int at = Arrays.mismatch(before, after);
    while (at >= 0) {
      int index = at / size;
      if (found == indices.length) {
        indices = Arrays.copyOf(indices, 2 * found);
      }
      indices[found++] = index;
      int next = (index + 1) * size;
      int relative = Arrays.mismatch(before, next, before.length, after, next, after.length);
      at = relative < 0 ? -1 : next + relative;
    }
    return Arrays.copyOf(indices, found);
  }

  private byte[] sparsePayload(PublishedTensor tensor, int[] indices, int from, int to) {
    ByteBuffer payload =
        ByteBuffer.allocate((to - from) * sparseBytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = from; i < to; i++) {
      payload.putInt(i == from ? 0 : indices[i] - indices[i - 1] - 1);
    }
    for (int i = from; i < to; i++) {
      payload.put(tensor.elements(), indices[i] * elementBytes(), elementBytes());
    }
    return payload.array();
  }

  private void emit(
      PublishedTensor tensor, String sha256, int start, int count, boolean sparse, byte[] payload) {
    byte[] planes =
        sparse
            ? BytePlanes.of(payload, count, Integer.BYTES, elementBytes())
            : BytePlanes.of(payload, count, elementBytes());
    byte[] packed = Zstd.compress(planes, ZSTD_LEVEL);
    boolean smaller = packed.length < planes.length;
    List<Long> shape = new ArrayList<>();
    for (long size : tensor.shape()) {
      shape.add(size);
    }
    out.accept(
        WeightChunk.newBuilder()
            .setVersion(version)
            .setChunk(chunks++)
            .setTensor(tensor.name())
            .setShape(shape)
            .setSha256(sha256)
            .setStart(start)
            .setCount(count)
            .setSparse(sparse)
            .setCompression(smaller ? Compression.ZSTD : Compression.NONE)
            .setPayload(ByteBuffer.wrap(smaller ? packed : planes))
            .setPlanes(true)
            .build());
  }

  private void requireType(PublishedTensor tensor) {
    if (tensor.type() != type) {
      throw new IllegalArgumentException(
          "tensor %s is %s, but version %d is published as %s"
              .formatted(tensor.name(), tensor.type(), version, type));
    }
  }

  private int elementBytes() {
    return PublishedTensor.elementBytes(type);
  }

  private int sparseBytes() {
    return Integer.BYTES + elementBytes();
  }
}
