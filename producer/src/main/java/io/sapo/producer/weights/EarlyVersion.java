package io.sapo.producer.weights;

import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.WeightAssembly;
import java.util.Iterator;

/**
 * The version after the newest, assembled in a working copy ahead of its commit, while its
 * transaction is still open. It is used only once a commit record names exactly its chunks, and
 * discarded otherwise. Not thread-safe.
 */
final class EarlyVersion {
  private final WorkingCopy copy;
  private final long firstOffset;
  private final WeightAssembly assembly;

  /**
   * @param copy holds the parent version
   * @param firstOffset of the version's first chunk
   */
  EarlyVersion(WorkingCopy copy, long firstOffset) {
    this.copy = copy;
    this.firstOffset = firstOffset;
    this.assembly = copy.published().begin();
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
        && record.getElementType() == copy.published().type()
        && record.getFirstChunkOffset() == firstOffset
        && record.getChunkCount() >= assembly.accepted();
  }

  /**
   * Takes the chunks that are left, now that the version is committed.
   *
   * @param chunks of the whole version from the first that is missing
   */
  void finish(WeightVersion record, Iterator<WeightChunk> chunks) {
    while (assembly.accepted() < record.getChunkCount()) {
      assembly.accept(chunks.next());
    }
    assembly.finish();
  }

  /** Number of chunks read. */
  int accepted() {
    return assembly.accepted();
  }

  /** Throws it away; the working copy is of no version then. */
  void abandon() {
    assembly.settle();
  }
}
