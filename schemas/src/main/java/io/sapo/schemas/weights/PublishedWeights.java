package io.sapo.schemas.weights;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.sapo.schemas.Compression;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The tensors of the newest version applied, in the published element type and on the Java heap. An
 * anchor replaces them, a delta changes them in place.
 *
 * <p>Every chunk is checked for place and size and every tensor against its announced hash. After a
 * failure the tensors are gone ({@link #version()} is -1) and only an anchor can follow: a version
 * that is half applied is never seen. Not thread-safe.
 */
public final class PublishedWeights {
  private final ElementType type;
  private final Map<String, PublishedTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> hashes = new HashMap<>();
  private long version = -1;

  public PublishedWeights(ElementType type) {
    this.type = type;
  }

  /** The version whose tensors these are; -1 when there are none. */
  public long version() {
    return version;
  }

  public ElementType type() {
    return type;
  }

  /** In the order in which they were published; valid until the next version is applied. */
  public List<PublishedTensor> tensors() {
    return List.copyOf(tensors.values());
  }

  /**
   * Makes these the weights of a version.
   *
   * @param parent version that a delta changes; not looked at for an anchor
   * @param chunks yields at least {@code chunkCount} chunks; no more are taken
   * @return what has changed, one entry a tensor
   * @throws WeightFormatException when the chunks do not make up the version; also from the
   *     iterator
   */
  public List<TensorChange> apply(
      long next, long parent, boolean anchor, int chunkCount, Iterator<WeightChunk> chunks) {
    if (!anchor && (version < 0 || version != parent)) {
      throw new WeightFormatException(
          "version %d is a delta to %d, but version %d is what is here; start from an anchor"
              .formatted(next, parent, version));
    }
    version = -1;
    if (anchor) {
      tensors.clear();
    }
    boolean done = false;
    try {
      Assembly assembly = new Assembly(next, anchor, chunkCount);
      for (int i = 0; i < chunkCount; i++) {
        assembly.accept(chunks.next());
      }
      List<TensorChange> changes = assembly.finish();
      done = true;
      version = next;
      return changes;
    } finally {
      if (!done) {
        tensors.clear();
      }
    }
  }

  /** The chunks of one version, in order: a tensor's chunks follow each other. */
  private final class Assembly {
    private final long next;
    private final boolean anchor;
    private final int chunkCount;
    private int expected;
    private final Set<String> seen = new HashSet<>();
    private final List<TensorChange> changes = new ArrayList<>();
    private final List<Runnable> hashChecks = new ArrayList<>();
    private PublishedTensor tensor;
    private WeightChunk first;
    private long position;
    private int[] places = {};
    private int placeCount;

    Assembly(long next, boolean anchor, int chunkCount) {
      this.next = next;
      this.anchor = anchor;
      this.chunkCount = chunkCount;
    }

    void accept(WeightChunk chunk) {
      require(chunk.getVersion() == next, chunk, "belongs to version " + chunk.getVersion());
      require(chunk.getChunk() == expected, chunk, "stands where chunk " + expected + " should");
      expected++;
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

    List<TensorChange> finish() {
      complete();
      hashChecks.forEach(Runnable::run);
      if (seen.size() != tensors.size()) {
        throw new WeightFormatException(
            "version %d names %d tensors of %d".formatted(next, seen.size(), tensors.size()));
      }
      return changes;
    }

    private void begin(WeightChunk chunk) {
      long[] shape = chunk.getShape().stream().mapToLong(Long::longValue).toArray();
      PublishedTensor known = tensors.get(chunk.getTensor());
      require(seen.add(chunk.getTensor()), chunk, "comes a second time");
      if (anchor) {
        require(!chunk.getSparse(), chunk, "is sparse in an anchor");
        tensor = allocate(chunk, shape);
        tensors.put(tensor.name(), tensor);
      } else {
        require(known != null, chunk, "is not in the parent version");
        require(Arrays.equals(known.shape(), shape), chunk, "has another shape in the parent");
        tensor = known;
      }
      first = chunk;
      position = 0;
      placeCount = 0;
    }

    private PublishedTensor allocate(WeightChunk chunk, long[] shape) {
      try {
        long bytes = PublishedTensor.byteCount(type, chunk.getTensor(), shape);
        long most = (long) chunkCount * WeightChunkEncoder.MAX_PAYLOAD_BYTES;
        require(
            bytes <= Math.min(most, Integer.MAX_VALUE - 8),
            chunk,
            "claims %d bytes, more than its version's chunks or one array can hold"
                .formatted(bytes));
        return new PublishedTensor(type, chunk.getTensor(), shape, new byte[(int) bytes]);
      } catch (ArithmeticException | IllegalArgumentException e) {
        throw failure(chunk, "has an impossible shape: " + e.getMessage());
      }
    }

    private void copy(WeightChunk chunk) {
      require(chunk.getStart() == position, chunk, "does not start at element " + position);
      byte[] planes = planes(chunk, elementBytes());
      require(chunk.getStart() + chunk.getCount() <= tensor.count(), chunk, "runs over the tensor");
      int count = (int) chunk.getCount();
      for (int plane = 0; plane < elementBytes(); plane++) {
        int to = (int) position * elementBytes() + plane;
        for (int i = 0; i < count; i++) {
          tensor.elements()[to + i * elementBytes()] = planes[plane * count + i];
        }
      }
      position += count;
    }

    private void scatter(WeightChunk chunk) {
      require(chunk.getStart() >= position, chunk, "overlaps the chunk before");
      require(chunk.getStart() <= tensor.count(), chunk, "starts outside the tensor");
      byte[] planes = planes(chunk, Integer.BYTES, elementBytes());
      int count = (int) chunk.getCount();
      if (places.length < placeCount + count) {
        places = Arrays.copyOf(places, Math.max(placeCount + count, 2 * placeCount));
      }
      long index = chunk.getStart() - 1;
      for (int i = 0; i < count; i++) {
        int gap = BytePlanes.intAt(planes, count, i);
        index += 1L + gap;
        require(gap >= 0 && index < tensor.count(), chunk, "has an index outside the tensor");
        for (int plane = 0; plane < elementBytes(); plane++) {
          tensor.elements()[(int) index * elementBytes() + plane] =
              planes[(Integer.BYTES + plane) * count + i];
        }
        places[placeCount++] = (int) index;
      }
      position = index + 1;
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
      changes.add(
          new TensorChange(tensor, first.getSparse() ? Arrays.copyOf(places, placeCount) : null));
      hashChecks.add(hashCheck(tensor, first));
      tensor = null;
    }

    /**
     * Hashing goes on beside reading the next tensor; the check waits for it. What has not changed
     * since it was hashed is not hashed again.
     */
    private Runnable hashCheck(PublishedTensor whole, WeightChunk announced) {
      boolean untouched = announced.getSparse() && placeCount == 0;
      CompletableFuture<String> hash =
          untouched
              ? CompletableFuture.completedFuture(hashes.get(whole.name()))
              : CompletableFuture.supplyAsync(whole::sha256);
      return () -> {
        String found = hash.join();
        require(
            found.equals(announced.getSha256()),
            announced,
            "hashes to %s, announced as %s".formatted(found, announced.getSha256()));
        hashes.put(whole.name(), found);
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

  private int elementBytes() {
    return PublishedTensor.elementBytes(type);
  }
}
