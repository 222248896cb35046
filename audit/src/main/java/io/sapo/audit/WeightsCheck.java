package io.sapo.audit;

import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.WeightFormatException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The published weights that retention has left: every chunk in its place, every tensor and (in
 * float32) the whole actor as hashed. One version of the weights is in native memory at a time.
 */
final class WeightsCheck implements AutoCloseable {
  private static final String WEIGHTS = "weights";

  private final AuditReport report;
  private final Topics topics;
  private final CommittedLog log;
  private final WeightMemory memory;
  private final TopicPartition partition;
  private PublishedWeights weights;

  WeightsCheck(AuditReport report, Topics topics, CommittedLog log, WeightMemory memory) {
    this.report = report;
    this.topics = topics;
    this.log = log;
    this.memory = memory;
    this.partition = new TopicPartition(topics.weightChunks().name(), 0);
  }

  /**
   * @param from versions before its anchor are left out
   */
  void check(List<CommittedVersion> versions, long from) {
    long begin = log.begin(partition);
    long end = log.end(partition);
    long gone = 0;
    long first = 0;
    for (CommittedVersion version : versions) {
      first = version.version() <= from ? version.record().getAnchorVersion() : first;
    }
    for (CommittedVersion version : versions) {
      if (version.version() < first) {
        continue;
      }
      if (version.record().getFirstChunkOffset() < begin) {
        gone++;
      } else if (check(version, end)) {
        report.count("weights_verified", 1);
      }
    }
    if (gone > 0) {
      report.note(
          "weights of %d versions lie before the begin of %s (offset %d) and are not checked"
              .formatted(gone, partition.topic(), begin));
    }
  }

  private boolean check(CommittedVersion version, long end) {
    WeightVersion record = version.record();
    if (weights == null || weights.type() != record.getElementType()) {
      close();
      weights = memory.allocate(record.getElementType());
    }
    if (!record.getAnchor() && weights.version() != record.getParent()) {
      report.note(
          "weights of version %d are a delta to version %d, which is not there to check it on"
              .formatted(record.getVersion(), record.getParent()));
      return false;
    }
    try {
      Chunks chunks = new Chunks(version, end);
      weights.apply(
          record.getVersion(),
          record.getParent(),
          record.getAnchor(),
          record.getChunkCount(),
          chunks);
    } catch (WeightFormatException | RecordFormatException e) {
      wrong(version, e.getMessage());
      return false;
    }
    return record.getElementType() != ElementType.F32 || actorAgrees(version);
  }

  private boolean actorAgrees(CommittedVersion version) {
    String found = memory.sha256(weights);
    String committed = version.record().getActorSha256();
    if (!found.equals(committed)) {
      wrong(version, "the actor hashes to %s, committed as %s".formatted(found, committed));
    }
    return found.equals(committed);
  }

  @Override
  public void close() {
    if (weights != null) {
      weights.close();
    }
  }

  private void wrong(CommittedVersion version, String what) {
    report.wrong(
        Finding.at(
                WEIGHTS,
                partition.topic(),
                partition.partition(),
                version.record().getFirstChunkOffset(),
                what)
            .ofVersion(version.version()));
  }

  /** The chunks from a version's first offset on, fetched a few megabytes at a time. */
  private final class Chunks implements Iterator<WeightChunk> {
    private static final int FETCHED = 32;

    private final CommittedVersion version;
    private final long end;
    private final Deque<WeightChunk> ready = new ArrayDeque<>();
    private long next;

    Chunks(CommittedVersion version, long end) {
      this.version = version;
      this.end = end;
      this.next = version.record().getFirstChunkOffset();
    }

    @Override
    public boolean hasNext() {
      return !ready.isEmpty() || next < end;
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
      DamagedRecords.check(record.headers());
      ready.add(topics.weightChunks().codec().decode(record.value()));
    }

    @Override
    public WeightChunk next() {
      while (ready.isEmpty() && next < end) {
        long to = Math.min(end, next + FETCHED);
        next = log.read(partition, next, to, this::take).blocked() ? end : to;
      }
      if (ready.isEmpty()) {
        throw new WeightFormatException(
            "version %d: the log ends before its %d chunks are there"
                .formatted(version.version(), version.record().getChunkCount()));
      }
      return ready.remove();
    }
  }
}
