package io.sapo.producer.weights;

import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.policy.checkpoint.TensorSpec;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.WeightWriter;
import io.sapo.policy.network.Weights;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.TensorChange;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Native copies of the newest published weights. While one is in use the next is prepared in
 * another, by writing only what has changed since that one was last prepared; there are as many as
 * are held at a time and one more.
 *
 * <p>All methods are for the follower's thread, except giving back, which any thread may do.
 */
final class WeightBuffers implements AutoCloseable {
  /** A buffer older than this many versions is written whole. */
  private static final int REMEMBERED = 4;

  /** Weights and the version they are of, -1 where they are of none. */
  static final class Buffer {
    private final Weights weights;
    private long version;

    Buffer(Weights weights) {
      this.weights = weights;
    }
  }

  private record Applied(long version, long parent, List<TensorChange> changes) {}

  private final BaseModel base;
  private final WeightWriter writer;
  private final Deque<Applied> history = new ArrayDeque<>();
  private final Deque<Buffer> free = new ArrayDeque<>();
  private int created;
  private boolean closed;

  /**
   * @param base stays the caller's
   */
  WeightBuffers(BaseModel base) {
    this.base = base;
    this.writer = new WeightWriter(base.config(), base.device());
  }

  /** Notes how a version differs from its parent; to be called for each version applied. */
  void applied(long version, long parent, List<TensorChange> changes) {
    history.addLast(new Applied(version, parent, changes));
    while (history.size() > REMEMBERED) {
      history.removeFirst();
    }
  }

  /** Forgets all changes, after a version that could not be applied. */
  void reset() {
    history.clear();
  }

  /**
   * The weights of the version that {@code published} holds.
   *
   * @throws IllegalArgumentException when they are not of the model
   */
  FollowedWeights ready(PublishedWeights published) {
    Buffer buffer = takeFree();
    if (buffer == null) {
      buffer = create(published);
    } else {
      checkModel(buffer, published);
      prepare(buffer, published);
    }
    Buffer own = buffer;
    return new FollowedWeights(published.version(), own.weights, () -> release(own));
  }

  /** Brings a free buffer up to date, so that the next version finds little to write. */
  void catchUp(PublishedWeights published) {
    if (published.version() < 0) {
      return;
    }
    Buffer buffer = takeFree();
    if (buffer != null) {
      prepare(buffer, published);
      release(buffer);
    } else if (created == 1) {
      release(create(published));
    }
  }

  /**
   * A free buffer that holds what {@code published} does, to be changed; null where none is free.
   */
  Buffer takeFor(PublishedWeights published) {
    Buffer buffer = takeFree();
    if (buffer != null) {
      prepare(buffer, published);
      buffer.version = -1;
    }
    return buffer;
  }

  /**
   * Ends what {@link #takeFor} began; the buffer is the first to be used next.
   *
   * @param version that it has become; -1 where that came to nothing
   */
  void giveBack(Buffer buffer, long version) {
    buffer.version = version;
    synchronized (this) {
      if (closed) {
        buffer.weights.close();
      } else {
        free.addFirst(buffer);
      }
    }
  }

  private Buffer create(PublishedWeights published) {
    Map<String, NamedTensor> tensors = tensors(published);
    Weights weights =
        Weights.of(
            base,
            Head.LANGUAGE_MODEL,
            spec -> {
              NamedTensor tensor = tensors.get(spec.name());
              if (tensor == null || !tensor.spec().equals(spec)) {
                throw new IllegalArgumentException("Weights need tensor " + spec);
              }
              return tensor;
            });
    Buffer buffer = new Buffer(weights);
    buffer.version = published.version();
    created++;
    return buffer;
  }

  private static Map<String, NamedTensor> tensors(PublishedWeights published) {
    return published.tensors().stream()
        .map(tensor -> NamedTensor.of(tensor.name(), tensor.shape(), tensor.floats()))
        .collect(Collectors.toMap(NamedTensor::name, tensor -> tensor));
  }

  /** A buffer that does not fit goes back to where it came from. */
  private void checkModel(Buffer buffer, PublishedWeights published) {
    Set<TensorSpec> found =
        published.tensors().stream()
            .map(tensor -> new TensorSpec(tensor.name(), tensor.shape()))
            .collect(Collectors.toSet());
    for (TensorSpec wanted : buffer.weights.specs()) {
      if (!found.contains(wanted)) {
        release(buffer);
        throw new IllegalArgumentException("Weights need tensor " + wanted);
      }
    }
  }

  /** A buffer that cannot be written goes back to where it came from. */
  private void prepare(Buffer buffer, PublishedWeights published) {
    long from = buffer.version;
    if (from == published.version()) {
      return;
    }
    buffer.version = -1;
    try {
      bring(buffer, from, published);
    } catch (RuntimeException | Error e) {
      release(buffer);
      throw e;
    }
    buffer.version = published.version();
  }

  private void bring(Buffer buffer, long from, PublishedWeights published) {
    if (from >= 0 && remembered(from, published.version())) {
      for (Applied applied : history) {
        if (applied.version() > from) {
          applied.changes().forEach(change -> write(buffer, change));
        }
      }
    } else {
      published.tensors().forEach(tensor -> write(buffer, new TensorChange(tensor, null)));
    }
  }

  /** Whether the history leads from one version to the other without a gap. */
  private boolean remembered(long from, long to) {
    long reached = from;
    for (Applied applied : history) {
      if (applied.version() > from && applied.parent() == reached) {
        reached = applied.version();
      }
    }
    return reached == to;
  }

  void write(Buffer buffer, TensorChange change) {
    Weights weights = buffer.weights;
    if (change.places() == null) {
      writer.replace(weights, change.tensor().name(), change.floats());
    } else {
      writer.scatter(weights, change.tensor().name(), change.places(), change.floats());
    }
  }

  private synchronized Buffer takeFree() {
    return free.poll();
  }

  private synchronized void release(Buffer buffer) {
    if (closed) {
      buffer.weights.close();
    } else {
      free.add(buffer);
    }
  }

  /** Frees what is not in use; the rest is freed as it is given back. */
  @Override
  public synchronized void close() {
    closed = true;
    free.forEach(buffer -> buffer.weights.close());
    free.clear();
    writer.close();
  }
}
