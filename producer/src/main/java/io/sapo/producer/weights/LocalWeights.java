package io.sapo.producer.weights;

import io.sapo.schemas.ElementType;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.TensorChange;
import io.sapo.schemas.weights.WeightFormatException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest weights that were read, on the heap and in native memory, and what there is of the
 * version after them. For the follower's thread.
 */
final class LocalWeights implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalWeights.class);

  /** While chunks of a version come in, they and its commit record are waited for in turns. */
  private static final Duration RECORD_WAIT = Duration.ofMillis(2);

  private final ChunkReader reader;
  private final WeightBuffers buffers;
  private PublishedWeights published = new PublishedWeights(ElementType.F32);
  private EarlyVersion early;

  /** Owns the buffers. */
  LocalWeights(ChunkReader reader, WeightBuffers buffers) {
    this.reader = reader;
    this.buffers = buffers;
  }

  /**
   * Takes what there is of the next version, whose commit record is still to come.
   *
   * @param wait how long to wait for a first chunk
   * @return how long to wait for a commit record
   */
  Duration readAhead(Duration wait) {
    if (early == null && published.version() < 0) {
      return wait;
    }
    try {
      var record = reader.peek(early == null ? wait : Duration.ZERO);
      while (record != null && advance(record)) {
        reader.take();
        record = reader.peek(Duration.ZERO);
      }
    } catch (WeightFormatException | OffsetOutOfRangeException e) {
      log.info("a version is not read ahead of its commit record: {}", e.toString());
      discard();
    }
    return early == null ? Duration.ZERO : RECORD_WAIT;
  }

  /** Whether the record is dealt with; otherwise it waits for a commit record. */
  private boolean advance(ConsumerRecord<byte[], byte[]> record) {
    WeightChunk chunk;
    try {
      chunk = reader.decode(record);
    } catch (RecordFormatException e) {
      return early == null;
    }
    boolean begins = chunk.getChunk() == 0;
    if (early == null) {
      if (!begins || chunk.getVersion() != published.version() + 1) {
        return true;
      }
      early = new EarlyVersion(published, buffers, record.offset());
    } else if (begins && chunk.getVersion() == early.version()) {
      throw new WeightFormatException("version " + early.version() + " is begun a second time");
    }
    if (!early.continuesWith(chunk)) {
      return false;
    }
    early.accept(chunk);
    return true;
  }

  /** Number of chunks read of the version whose commit record is still to come. */
  int chunksAhead() {
    return early == null ? 0 : early.accepted();
  }

  /** Does for the next version what can be done before anything of it is there. */
  void prepare() {
    if (early == null) {
      buffers.catchUp(published);
    }
  }

  /**
   * The versions to apply, in order, to get to the newest.
   *
   * @throws WeightFormatException when one on the way was refused or is missing
   */
  List<WeightVersion> pathToNewest(VersionLog versionLog) {
    if (early != null) {
      List<WeightVersion> path = versionLog.pathFrom(early.version() - 1);
      if (!path.isEmpty() && early.isOf(path.get(0))) {
        return path;
      }
      log.info("version {} was read ahead, but not committed as it was", early.version());
      discard();
    }
    return versionLog.pathFrom(published.version());
  }

  /** Forgets everything; only an anchor can follow. */
  void discard() {
    if (early != null) {
      early.abandon();
      early = null;
    }
    published = new PublishedWeights(published.type());
    buffers.reset();
  }

  /** Applies the next version of the path. */
  void apply(WeightVersion version) {
    List<TensorChange> changes = early == null ? read(version) : finishEarly(version);
    buffers.applied(version.getVersion(), version.getParent(), changes);
  }

  private List<TensorChange> finishEarly(WeightVersion version) {
    List<TensorChange> changes = early.finish(version, reader.chunks(version, early.accepted()));
    early = null;
    return changes;
  }

  private List<TensorChange> read(WeightVersion version) {
    if (version.getAnchor() && version.getElementType() != published.type()) {
      published = new PublishedWeights(version.getElementType());
    }
    if (version.getElementType() != published.type()) {
      throw new WeightFormatException(
          "version %d is a delta in %s to weights in %s"
              .formatted(version.getVersion(), version.getElementType(), published.type()));
    }
    return published.apply(
        version.getVersion(),
        version.getParent(),
        version.getAnchor(),
        version.getChunkCount(),
        reader.chunks(version, 0));
  }

  /** The weights of the version applied last. */
  FollowedWeights weightsOf(WeightVersion version) {
    FollowedWeights followed;
    try {
      followed = buffers.ready(published);
    } catch (IllegalArgumentException e) {
      throw new WeightFormatException(
          "version %d is not of this producer's model: %s"
              .formatted(version.getVersion(), e.getMessage()));
    }
    String found = version.getElementType() == ElementType.F32 ? followed.weights().sha256() : "";
    if (!found.isEmpty() && !found.equals(version.getActorSha256())) {
      followed.close();
      throw new WeightFormatException(
          "version %d hashes to %s, announced as %s"
              .formatted(version.getVersion(), found, version.getActorSha256()));
    }
    return followed;
  }

  @Override
  public void close() {
    if (early != null) {
      early.abandon();
    }
    buffers.close();
  }
}
