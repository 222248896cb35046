package io.sapo.producer.weights;

import io.sapo.schemas.ElementType;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.WeightFormatException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest weights that were read and what there is of the version after them, in working copies:
 * one holds the newest version and is never written to, in another the next one is assembled. For
 * the follower's thread.
 */
final class LocalWeights implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalWeights.class);

  /** While chunks of a version come in, they and its commit record are waited for in turns. */
  private static final Duration RECORD_WAIT = Duration.ofMillis(2);

  private final ChunkReader reader;
  private final WeightBuffers buffers;

  /** Of the newest version; null for none. */
  private WorkingCopy current;

  /** In which the next version is made; null where there is none yet. */
  private WorkingCopy next;

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
    if (early == null && current == null) {
      return wait;
    }
    try {
      if (early == null && next == null && !buffers.spare()) {
        // Whoever generates is about to give back what it used before.
        return reader.peek(wait) == null ? Duration.ZERO : RECORD_WAIT;
      }
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
      if (!begins || chunk.getVersion() != version() + 1) {
        return true;
      }
      early = new EarlyVersion(upToDate(), record.offset());
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
    if (early == null && current != null && (next != null || buffers.spare())) {
      upToDate();
    }
  }

  /** A working copy that holds the newest version, to be written to. */
  private WorkingCopy upToDate() {
    if (next == null) {
      next = buffers.take();
    }
    next.become(current);
    return next;
  }

  private long version() {
    return current == null ? -1 : current.published().version();
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
    return versionLog.pathFrom(version());
  }

  /** Forgets what there is of the next version. */
  void discard() {
    if (early != null) {
      early.abandon();
      early = null;
    }
  }

  /** Applies the next version of the path. */
  void apply(WeightVersion version) {
    if (early != null) {
      early.finish(version, reader.chunks(version, early.accepted()));
      early = null;
      return;
    }
    WorkingCopy copy = toWrite(version);
    copy.published()
        .apply(
            version.getVersion(),
            version.getParent(),
            version.getAnchor(),
            version.getChunkCount(),
            reader.chunks(version, 0));
  }

  private WorkingCopy toWrite(WeightVersion version) {
    if (version.getAnchor()) {
      if (next == null) {
        next = buffers.take();
      }
      next.become(version.getElementType());
      return next;
    }
    boolean follows = next != null && next.published().version() == version.getParent();
    if (!follows && current != null) {
      upToDate();
    }
    if (next == null || next.published().type() != version.getElementType()) {
      throw new WeightFormatException(
          "version %d is a delta in %s to weights in %s"
              .formatted(
                  version.getVersion(),
                  version.getElementType(),
                  next == null ? "no type" : next.published().type()));
    }
    return next;
  }

  /**
   * The weights of the version applied last, which is the newest from here on.
   *
   * @throws WeightFormatException when they are not what was committed
   */
  FollowedWeights weightsOf(WeightVersion version) {
    String found = next.sha256();
    if (version.getElementType() == ElementType.F32 && !found.equals(version.getActorSha256())) {
      throw new WeightFormatException(
          "version %d hashes to %s, announced as %s"
              .formatted(version.getVersion(), found, version.getActorSha256()));
    }
    if (current != null) {
      buffers.release(current);
    }
    current = next;
    next = null;
    WorkingCopy copy = buffers.share(current);
    return new FollowedWeights(version.getVersion(), copy.weights(), () -> buffers.release(copy));
  }

  @Override
  public void close() {
    discard();
    for (WorkingCopy copy : Arrays.asList(current, next)) {
      if (copy != null) {
        buffers.release(copy);
      }
    }
    current = null;
    next = null;
    buffers.close();
  }
}
