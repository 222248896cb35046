package io.sapo.producer.weights;

import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.TensorChange;
import io.sapo.schemas.weights.WeightAssembly;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The version after the one applied, put together while its transaction is still open, on the heap
 * and in native memory. Whether it counts is for its commit record to say: until then it is used by
 * nobody, and where another record comes all of it is thrown away. Not thread-safe.
 */
final class EarlyVersion {
  private final PublishedWeights published;
  private final WeightBuffers buffers;
  private final WeightBuffers.Buffer buffer;
  private final long firstOffset;
  private final WeightAssembly assembly;
  private final List<TensorChange> changes = new ArrayList<>();

  /**
   * @param published at the parent version
   * @param firstOffset of the version's first chunk
   */
  EarlyVersion(PublishedWeights published, WeightBuffers buffers, long firstOffset) {
    this.published = published;
    this.buffers = buffers;
    this.firstOffset = firstOffset;
    this.buffer = buffers.takeFor(published);
    this.assembly = published.begin(this::changed);
  }

  private void changed(TensorChange change) {
    changes.add(change);
    if (buffer != null) {
      buffers.write(buffer, change);
    }
  }

  long version() {
    return assembly.version();
  }

  /** Whether this is the chunk that comes next. */
  boolean continuesWith(WeightChunk chunk) {
    return chunk.getVersion() == version() && chunk.getChunk() == assembly.accepted();
  }

  void accept(WeightChunk chunk) {
    assembly.accept(chunk);
  }

  /** Whether what was read so far are the chunks that this record names. */
  boolean isOf(WeightVersion record) {
    return record.getVersion() == version()
        && record.getParent() == version() - 1
        && record.getElementType() == published.type()
        && record.getFirstChunkOffset() == firstOffset
        && record.getChunkCount() >= assembly.accepted();
  }

  /**
   * Takes the chunks that are left, now that the version is committed.
   *
   * @param chunks of the whole version from the first that is missing
   */
  List<TensorChange> finish(WeightVersion record, Iterator<WeightChunk> chunks) {
    while (assembly.accepted() < record.getChunkCount()) {
      assembly.accept(chunks.next());
    }
    assembly.finish();
    if (buffer != null) {
      buffers.giveBack(buffer, version());
    }
    return changes;
  }

  /** Number of chunks read. */
  int accepted() {
    return assembly.accepted();
  }

  /** Throws it away, and with it what it was made over. */
  void abandon() {
    if (buffer != null) {
      buffers.giveBack(buffer, -1);
    }
  }
}
