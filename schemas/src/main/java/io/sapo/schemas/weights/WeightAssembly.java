package io.sapo.schemas.weights;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.sapo.schemas.Compression;
import io.sapo.schemas.WeightChunk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One version in the making: takes its chunks in order and writes them over the weights of its
 * parent. All methods throw {@link WeightFormatException} where the chunks do not make up the
 * version, after which the weights are of no use. Not thread-safe.
 */
public final class WeightAssembly {
  private final PublishedWeights weights;
  private final Map<String, StoredTensor> tensors;
  private final long next;
  private final boolean anchor;
  private final int chunkCount;
  private final int elementBytes;
  private final Set<String> seen = new HashSet<>();
  private final List<Runnable> hashChecks = new ArrayList<>();
  private int accepted;
  private final List<CompletableFuture<String>> hashing = new ArrayList<>();
  private StoredTensor tensor;
  private String hashBefore;
  private WeightChunk first;
  private long position;
  private boolean touched;

  /**
   * @param anchor whether tensors may be new; only then {@code chunkCount} is looked at, as a limit
   *     to what can be claimed
   */
  WeightAssembly(PublishedWeights weights, long next, boolean anchor, int chunkCount) {
    this.weights = weights;
    this.tensors = weights.byName();
    this.next = next;
    this.anchor = anchor;
    this.chunkCount = chunkCount;
    this.elementBytes = PublishedTensor.elementBytes(weights.type());
  }

  /** The version that is made. */
  public long version() {
    return next;
  }

  /** Number of chunks taken so far. */
  public int accepted() {
    return accepted;
  }

  /** Takes the next chunk. */
  public void accept(WeightChunk chunk) {
    require(chunk.getVersion() == next, chunk, "belongs to version " + chunk.getVersion());
    require(chunk.getChunk() == accepted, chunk, "stands where chunk " + accepted + " should");
    accepted++;
    if (tensor == null || !tensor.name().equals(chunk.getTensor())) {
      complete();
      begin(chunk);
    }
    require(chunk.getShape().equals(first.getShape()), chunk, "has another shape than the first");
    require(chunk.getSha256().equals(first.getSha256()), chunk, "has another hash");
    require(chunk.getSparse() == first.getSparse(), chunk, "mixes sparse and dense");
    if (chunk.getSparse()) {
      scatter(chunk);
    } else {
      copy(chunk);
    }
  }

  /** Checks, after the last chunk, that these are all tensors and each has its hash. */
  public void finish() {
    complete();
    hashChecks.forEach(Runnable::run);
    if (anchor) {
      weights.keepLast(seen.size());
    }
    if (seen.size() != tensors.size()) {
      throw new WeightFormatException(
          "version %d names %d tensors of %d".formatted(next, seen.size(), tensors.size()));
    }
    weights.complete(next);
  }

  /**
   * Waits for what is still read on other threads. To be called before the weights are written or
   * freed when this is not finished.
   */
  public void settle() {
    hashing.forEach(hash -> hash.handle((value, failure) -> null).join());
  }

  private void begin(WeightChunk chunk) {
    long[] shape = chunk.getShape().stream().mapToLong(Long::longValue).toArray();
    StoredTensor known = tensors.get(chunk.getTensor());
    require(seen.add(chunk.getTensor()), chunk, "comes a second time");
    if (anchor) {
      require(!chunk.getSparse(), chunk, "is sparse in an anchor");
      tensor = place(chunk, shape);
    } else {
      require(known != null, chunk, "is not in the parent version");
      require(Arrays.equals(known.shape(), shape), chunk, "has another shape in the parent");
      tensor = known;
    }
    hashBefore = weights.hashes().remove(tensor.name());
    first = chunk;
    position = 0;
    touched = false;
  }

  private StoredTensor place(WeightChunk chunk, long[] shape) {
    long bytes;
    try {
      bytes = PublishedTensor.byteCount(weights.type(), chunk.getTensor(), shape);
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw failure(chunk, "has an impossible shape: " + e.getMessage());
    }
    require(
        bytes <= (long) chunkCount * WeightChunkEncoder.MAX_PAYLOAD_BYTES,
        chunk,
        "claims %d bytes, more than its version's chunks can hold".formatted(bytes));
    try {
      return weights.place(chunk.getTensor(), shape);
    } catch (IllegalArgumentException e) {
      throw failure(chunk, e.getMessage());
    }
  }

  private void copy(WeightChunk chunk) {
    require(chunk.getStart() == position, chunk, "does not start at element " + position);
    byte[] planes = planes(chunk, elementBytes);
    int count = (int) chunk.getCount();
    require(position + count <= tensor.count(), chunk, "runs over the tensor");
    touched = true;
    tensor.write(
        position * elementBytes, littleEndian(BytePlanes.numbers(planes, 0, count, elementBytes)));
    position += count;
  }

  private void scatter(WeightChunk chunk) {
    require(chunk.getStart() >= position, chunk, "overlaps the chunk before");
    require(chunk.getStart() <= tensor.count(), chunk, "starts outside the tensor");
    byte[] planes = planes(chunk, Integer.BYTES, elementBytes);
    int count = (int) chunk.getCount();
    if (count == 0) {
      position = chunk.getStart();
      return;
    }
    long[] places = places(chunk, planes, count);
    touched = true;
    tensor.scatter(
        places,
        littleEndian(BytePlanes.numbers(planes, Integer.BYTES * count, count, elementBytes)));
    position = places[count - 1] + 1;
  }

  private long[] places(WeightChunk chunk, byte[] planes, int count) {
    long[] places = new long[count];
    long end = tensor.count();
    long index = chunk.getStart() - 1;
    for (int i = 0; i < count; i++) {
      int gap = BytePlanes.intAt(planes, count, i);
      index += 1L + gap;
      if (gap < 0 || index >= end) {
        throw failure(chunk, "has an index outside the tensor");
      }
      places[i] = index;
    }
    return places;
  }

  private static ByteBuffer littleEndian(byte[] numbers) {
    return ByteBuffer.wrap(numbers).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What a chunk holds of each element, in {@link BytePlanes}. */
  private byte[] planes(WeightChunk chunk, int... widths) {
    int bytesEach = Arrays.stream(widths).sum();
    long count = chunk.getCount();
    require(
        count >= 0 && count <= WeightChunkEncoder.MAX_PAYLOAD_BYTES / bytesEach,
        chunk,
        "claims " + count + " elements");
    byte[] carried = new byte[chunk.getPayload().remaining()];
    chunk.getPayload().duplicate().get(carried);
    byte[] payload =
        chunk.getCompression() == Compression.ZSTD
            ? unpack(chunk, carried, (int) count * bytesEach)
            : carried;
    require(
        payload.length == count * bytesEach,
        chunk,
        "holds %d bytes for %d elements".formatted(payload.length, count));
    return chunk.getPlanes() ? payload : BytePlanes.of(payload, (int) count, widths);
  }

  private byte[] unpack(WeightChunk chunk, byte[] carried, int size) {
    try {
      return Zstd.decompress(carried, size);
    } catch (ZstdException e) {
      throw failure(chunk, "cannot be decompressed: " + e.getMessage());
    }
  }

  private void complete() {
    if (tensor == null) {
      return;
    }
    if (!first.getSparse()) {
      require(
          position == tensor.count(),
          first,
          "ends at %d of %d".formatted(position, tensor.count()));
    }
    hashChecks.add(hashCheck(tensor, first));
    tensor = null;
  }

  /**
   * Hashing goes on beside reading the next tensor; the check waits for it. What has not changed
   * since it was hashed is not hashed again.
   */
  private Runnable hashCheck(StoredTensor whole, WeightChunk announced) {
    CompletableFuture<String> hash =
        touched || hashBefore == null
            ? CompletableFuture.supplyAsync(whole::sha256)
            : CompletableFuture.completedFuture(hashBefore);
    hashing.add(hash);
    return () -> {
      String found = hash.join();
      require(
          found.equals(announced.getSha256()),
          announced,
          "hashes to %s, announced as %s".formatted(found, announced.getSha256()));
      weights.hashes().put(whole.name(), found);
    };
  }

  private void require(boolean holds, WeightChunk chunk, String otherwise) {
    if (!holds) {
      throw failure(chunk, otherwise);
    }
  }

  private WeightFormatException failure(WeightChunk chunk, String what) {
    return new WeightFormatException(
        "version %d, chunk %d, tensor %s: %s"
            .formatted(next, chunk.getChunk(), chunk.getTensor(), what));
  }
}
