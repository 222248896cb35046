package io.sapo.schemas.weights;

import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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
    List<TensorChange> changes = new ArrayList<>();
    try {
      WeightAssembly assembly = new WeightAssembly(this, next, anchor, chunkCount, changes::add);
      for (int i = 0; i < chunkCount; i++) {
        assembly.accept(chunks.next());
      }
      assembly.finish();
      return changes;
    } finally {
      if (version != next) {
        tensors.clear();
      }
    }
  }

  /**
   * Begins the version after this one, before it is known whether it will be committed. From here
   * on these are the weights of no version, until {@link WeightAssembly#finish} has returned; when
   * that does not come, they are of no use any more.
   *
   * @param out takes what has changed, a tensor at a time
   */
  public WeightAssembly begin(Consumer<TensorChange> out) {
    if (version < 0) {
      throw new IllegalStateException("there are no weights to begin with");
    }
    long next = version + 1;
    version = -1;
    return new WeightAssembly(this, next, false, 0, out);
  }

  Map<String, PublishedTensor> byName() {
    return tensors;
  }

  Map<String, String> hashes() {
    return hashes;
  }

  void complete(long next) {
    version = next;
  }
}
