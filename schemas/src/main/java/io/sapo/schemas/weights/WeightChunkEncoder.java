package io.sapo.schemas.weights;

import com.github.luben.zstd.Zstd;
import io.sapo.schemas.Compression;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Cuts the tensors of one version into chunks and hands these on as they are made. A tensor is read
 * twice, in windows: for its hash and, in a delta, the number of elements that changed; then for
 * its chunks. Not thread-safe.
 *
 * <p>The bytes depend on the tensors alone: same tensors, same chunks.
 */
public final class WeightChunkEncoder {
  /** Largest payload before compression; sent uncompressed where compression gains nothing. */
  public static final int MAX_PAYLOAD_BYTES = 1 << 20;

  private static final int ZSTD_LEVEL = 1;

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
    whole(tensor, tensor.sha256());
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
    long most = after.bytes() / sparseBytes();
    long[] changed = {0};
    MessageDigest digest = DigestUtils.getSha256Digest();
    TensorWindows.pairs(
        before,
        after,
        (begin, old, now) -> {
          digest.update(now.duplicate());
          if (changed[0] <= most) {
            TensorWindows.changes(old, now, elementBytes(), at -> changed[0]++);
          }
        });
    String sha256 = HexFormat.of().formatHex(digest.digest());
    if (changed[0] > most) {
      whole(after, sha256);
    } else {
      sparse(before, after, sha256);
    }
  }

  /** Number of chunks made so far: the version's {@code chunkCount}. */
  public int chunks() {
    return chunks;
  }

  private void whole(PublishedTensor tensor, String sha256) {
    if (tensor.bytes() == 0) {
      emit(tensor, sha256, 0, 0, false, new byte[0]);
      return;
    }
    long[] start = {0};
    tensor.forEachWindow(
        window -> {
          while (window.hasRemaining()) {
            byte[] payload = new byte[Math.min(MAX_PAYLOAD_BYTES, window.remaining())];
            window.get(payload);
            int count = payload.length / elementBytes();
            emit(tensor, sha256, start[0], count, false, payload);
            start[0] += count;
          }
        });
  }

  private void sparse(PublishedTensor before, PublishedTensor after, String sha256) {
    Changes changes = new Changes(after, sha256);
    TensorWindows.pairs(
        before,
        after,
        (begin, old, now) -> {
          long first = begin / elementBytes();
          TensorWindows.changes(
              old, now, elementBytes(), at -> changes.add(first + at / elementBytes(), now, at));
        });
    changes.end();
  }

  /** Changed elements on their way into chunks. */
  private final class Changes {
    private final PublishedTensor tensor;
    private final String sha256;
    private final long[] places = new long[MAX_PAYLOAD_BYTES / sparseBytes()];
    private final byte[] values = new byte[places.length * elementBytes()];
    private int count;
    private boolean emitted;

    Changes(PublishedTensor tensor, String sha256) {
      this.tensor = tensor;
      this.sha256 = sha256;
    }

    /** Gaps are int32: a wider one begins another chunk. */
    void add(long place, ByteBuffer window, int at) {
      if (count == places.length
          || count > 0 && place - places[count - 1] - 1 > Integer.MAX_VALUE) {
        flush();
      }
      for (int i = 0; i < elementBytes(); i++) {
        values[count * elementBytes() + i] = window.get(window.position() + at + i);
      }
      places[count++] = place;
    }

    /** A tensor without changes has a chunk all the same. */
    void end() {
      if (count > 0 || !emitted) {
        flush();
      }
    }

    private void flush() {
      ByteBuffer payload =
          ByteBuffer.allocate(count * sparseBytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        payload.putInt(i == 0 ? 0 : (int) (places[i] - places[i - 1] - 1));
      }
      payload.put(values, 0, count * elementBytes());
      emit(tensor, sha256, count == 0 ? 0 : places[0], count, true, payload.array());
      count = 0;
      emitted = true;
    }
  }

  private void emit(
      PublishedTensor tensor,
      String sha256,
      long start,
      int count,
      boolean sparse,
      byte[] payload) {
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
