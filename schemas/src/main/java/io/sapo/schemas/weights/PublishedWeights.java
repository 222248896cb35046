package io.sapo.schemas.weights;

import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of the newest version applied, in the published element type, wherever a {@link
 * TensorStore} keeps them. An anchor replaces their elements, a delta changes them in place.
 *
 * <p>Every chunk is checked for place and size and every tensor against its announced hash. After a
 * failure these are the weights of no version ({@link #version()} is -1) and only an anchor, or a
 * copy of other weights, can follow: a version that is half applied is never seen. Not thread-safe.
 * Closing frees the tensors.
 */
public final class PublishedWeights implements AutoCloseable {
  private final ElementType type;
  private final TensorStore store;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  /** Of those tensors whose elements are known to have it. */
  private final Map<String, String> hashes = new HashMap<>();

  private long version = -1;

  public PublishedWeights(ElementType type, TensorStore store) {
    this.type = type;
    this.store = store;
  }

  /** The version whose tensors these are; -1 when there are none. */
  public long version() {
    return version;
  }

  public ElementType type() {
    return type;
  }

  /**
   * In the order in which they were published; valid until the next version is applied, none while
   * these are the weights of no version.
   */
  public List<PublishedTensor> tensors() {
    return version < 0 ? List.of() : List.copyOf(tensors.values());
  }

  /**
   * Hex SHA-256 of a tensor's elements.
   *
   * @return null where there is no such tensor, or these are the weights of no version
   */
  public String sha256(String tensor) {
    return version < 0 ? null : hashes.get(tensor);
  }

  /**
   * Makes these the weights of a version.
   *
   * @param parent version that a delta changes; not looked at for an anchor
   * @param chunks yields at least {@code chunkCount} chunks; no more are taken
   * @throws WeightFormatException when the chunks do not make up the version; also from the
   *     iterator
   */
  public void apply(
      long next, long parent, boolean anchor, int chunkCount, Iterator<WeightChunk> chunks) {
    if (!anchor && (version < 0 || version != parent)) {
      throw new WeightFormatException(
          "version %d is a delta to %d, but version %d is what is here; start from an anchor"
              .formatted(next, parent, version));
    }
    version = -1;
    WeightAssembly assembly = new WeightAssembly(this, next, anchor, chunkCount);
    try {
      for (int i = 0; i < chunkCount; i++) {
        assembly.accept(chunks.next());
      }
      assembly.finish();
    } finally {
      assembly.settle();
    }
  }

  /**
   * Begins the version after this one, before it is known whether it will be committed. From here
   * on these are the weights of no version, until {@link WeightAssembly#finish} has returned; when
   * that does not come, {@link WeightAssembly#settle} has to be called instead.
   */
  public WeightAssembly begin() {
    if (version < 0) {
      throw new IllegalStateException("there are no weights to begin with");
    }
    long next = version + 1;
    version = -1;
    return new WeightAssembly(this, next, false, 0);
  }

  /** Makes these the version that others are; only what differs from it is copied. */
  public void copyOf(PublishedWeights other) {
    if (other.version < 0 || other.type != type) {
      throw new IllegalArgumentException(
          "no copy of version %d in %s as %s".formatted(other.version, other.type, type));
    }
    version = -1;
    for (StoredTensor tensor : other.tensors.values()) {
      String name = tensor.name();
      StoredTensor own = place(name, tensor.shape());
      String hash = other.hashes.get(name);
      if (!hash.equals(hashes.remove(name))) {
        own.copyOf(tensor);
      }
      hashes.put(name, hash);
    }
    keepLast(other.tensors.size());
    version = other.version;
  }

  /** A tensor to be written, put behind all others. */
  StoredTensor place(String name, long[] shape) {
    StoredTensor tensor = tensors.remove(name);
    if (tensor != null && !Arrays.equals(tensor.shape(), shape)) {
      drop(tensor);
      tensor = null;
    }
    if (tensor == null) {
      tensor = store.allocate(type, name, shape);
    }
    tensors.put(name, tensor);
    return tensor;
  }

  /** Frees all tensors but those that were placed last. */
  void keepLast(int count) {
    Iterator<StoredTensor> first = tensors.values().iterator();
    for (int left = tensors.size() - count; left > 0; left--) {
      drop(first.next());
      first.remove();
    }
  }

  private void drop(StoredTensor tensor) {
    hashes.remove(tensor.name());
    tensor.close();
  }

  Map<String, StoredTensor> byName() {
    return tensors;
  }

  Map<String, String> hashes() {
    return hashes;
  }

  void complete(long next) {
    version = next;
  }

  @Override
  public void close() {
    version = -1;
    keepLast(0);
  }
}
