package io.sapo.learner.commit;

import io.sapo.learner.fold.Progress;
import io.sapo.schemas.Divergence;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * All committed versions of a run, checked to be a chain: version n + 1 has parent n, names the
 * hash of its record, and begins to read where it ended. The first version is 0, or the one that
 * the run was forked from.
 */
public final class CommittedVersions {

  private static final Duration POLL = Duration.ofMillis(200);

  private final List<WeightVersion> chain = new ArrayList<>();
  private final List<String> digests = new ArrayList<>();

  private final boolean lean;

  private CommittedVersions(boolean lean) {
    this.lean = lean;
  }

  /**
   * Reads the weights topic to its end.
   *
   * @param consumer read-committed; closed by the caller
   * @throws IllegalStateException naming the offset where the chain breaks or a record is damaged
   */
  public static CommittedVersions read(Consumer<byte[], byte[]> consumer, Topics topics) {
    return read(consumer, topics, false);
  }

  /**
   * The same without the metrics and outcomes of any but the newest: a tenth of the memory, of
   * which a run of weeks would need a gigabyte.
   */
  public static CommittedVersions readLean(Consumer<byte[], byte[]> consumer, Topics topics) {
    return read(consumer, topics, true);
  }

  private static CommittedVersions read(
      Consumer<byte[], byte[]> consumer, Topics topics, boolean lean) {
    TopicPartition partition = new TopicPartition(topics.weights().name(), 0);
    consumer.assign(List.of(partition));
    long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
    if (begin > 0) {
      throw new IllegalStateException(
          "%s begins at offset %d: commit records, from which the run is rebuilt, were deleted. Restore the topic from a backup, and keep its records for ever (retention.ms=-1)"
              .formatted(partition, begin));
    }
    consumer.seek(partition, 0);
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    CommittedVersions committed = new CommittedVersions(lean);
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        committed.add(record, topics);
      }
    }
    return committed;
  }

  private void add(ConsumerRecord<byte[], byte[]> record, Topics topics) {
    WeightVersion version;
    try {
      RecordDigest.check(record);
      version = topics.weights().codec().decode(record.value());
    } catch (RecordFormatException e) {
      throw broken(
          record,
          e.getMessage()
              + "; it belongs to what the run is rebuilt from: restore the topic from another replica or a backup");
    }
    long expected = isEmpty() ? firstVersion(version) : last().getVersion() + 1;
    if (version.getVersion() != expected || version.getParent() != expected - 1) {
      throw broken(
          record,
          "version %d with parent %d stands where version %d should"
              .formatted(version.getVersion(), version.getParent(), expected));
    }
    if (!isEmpty()) {
      checkFollows(record, version);
      shareWith(last(), version);
    }
    chain.add(version);
    digests.add(RecordDigest.of(record.value()));
  }

  /** What is the same for a whole run is held once. */
  private void shareWith(WeightVersion parent, WeightVersion version) {
    if (lean) {
      parent.setMetrics(Map.of());
      parent.setOutcomes(List.of());
    }
    if (version.getConfig().equals(parent.getConfig())) {
      version.setConfig(parent.getConfig());
      version.setConfigDigest(parent.getConfigDigest());
    }
    if (version.getRunId().equals(parent.getRunId())) {
      version.setRunId(parent.getRunId());
    }
    if (Objects.equals(version.getEnvironment(), parent.getEnvironment())) {
      version.setEnvironment(parent.getEnvironment());
    }
  }

  /** Where the chain of a run begins whose first record this is. */
  private static long firstVersion(WeightVersion first) {
    return first.getOrigin() == null ? 0 : first.getOrigin().getVersion();
  }

  private void checkFollows(ConsumerRecord<byte[], byte[]> record, WeightVersion version) {
    String named = version.getParentSha256();
    boolean older = named == null && last().getParentSha256() == null;
    if (!older && !sha256().equals(named)) {
      throw broken(
          record,
          "version %d was made from a version %d whose record hashes to %s, but the one before it hashes to %s; one of the two was exchanged"
              .formatted(version.getVersion(), version.getParent(), named, sha256()));
    }
    SortedMap<Integer, Long> expected = positions(last());
    for (InputRange range : version.getInputs()) {
      long from = expected.getOrDefault(range.getPartition(), 0L);
      if (range.getFrom() != from) {
        throw broken(
            record,
            "version %d reads partition %d from %d, but version %d ended at %d"
                .formatted(
                    version.getVersion(),
                    range.getPartition(),
                    range.getFrom(),
                    version.getParent(),
                    from));
      }
    }
  }

  private static IllegalStateException broken(ConsumerRecord<byte[], byte[]> record, String what) {
    return new IllegalStateException(
        "topic %s, partition %d, offset %d: %s"
            .formatted(record.topic(), record.partition(), record.offset(), what));
  }

  public boolean isEmpty() {
    return chain.isEmpty();
  }

  /** The newest version. */
  public WeightVersion last() {
    return chain.get(chain.size() - 1);
  }

  /** The oldest version: 0, or the one that the run was forked from. */
  public WeightVersion first() {
    return chain.get(0);
  }

  public boolean contains(long version) {
    return !isEmpty() && version >= first().getVersion() && version <= last().getVersion();
  }

  public WeightVersion get(long version) {
    return chain.get(index(version));
  }

  /** Hex SHA-256 of a version's record as it lies on the log. */
  public String sha256(long version) {
    return digests.get(index(version));
  }

  /** Of the newest version's. */
  public String sha256() {
    return digests.get(digests.size() - 1);
  }

  private int index(long version) {
    if (!contains(version)) {
      throw new IllegalArgumentException(
          "version %d is not committed; there are %d to %d"
              .formatted(version, first().getVersion(), last().getVersion()));
    }
    return (int) (version - first().getVersion());
  }

  /**
   * Hash of the reference policy: the actor of version 0, of the parent run where this is a fork.
   */
  public String referenceSha256() {
    return first().getOrigin() == null
        ? first().getActorSha256()
        : first().getOrigin().getReferenceSha256();
  }

  /** What recovery made of a version and went on from, by the records of later versions. */
  public List<Divergence> divergences(long version) {
    return chain.stream()
        .flatMap(record -> record.getDivergences().stream())
        .filter(divergence -> divergence.getVersion() == version)
        .toList();
  }

  /** Where whole publications of the weights begin, oldest first. */
  List<Long> anchorOffsets() {
    return chain.stream()
        .filter(WeightVersion::getAnchor)
        .map(WeightVersion::getFirstChunkOffset)
        .toList();
  }

  /** How far training had come with a version. */
  public static Progress progress(WeightVersion version) {
    SortedMap<Integer, Long> sources = new TreeMap<>();
    version
        .getTrajectoryPositions()
        .forEach((partition, next) -> sources.put(Integer.valueOf(partition), next));
    return new Progress(
        version.getVersion(),
        positions(version),
        sources,
        version.getConsumedTotal(),
        version.getTrainedTotal());
  }

  /** Every commit record but the first names every partition. */
  private static SortedMap<Integer, Long> positions(WeightVersion version) {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    for (InputRange range : version.getInputs()) {
      positions.put(range.getPartition(), range.getTo());
    }
    return positions;
  }
}
