package io.sapo.learner.commit;

import io.sapo.learner.fold.Progress;
import io.sapo.schemas.Divergence;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * All committed versions of a run, checked to be a chain: version n + 1 has parent n, names the
 * hash of its record, and begins to read where it ended. The first version is 0, or the one that
 * the run was forked from. Of a run of weeks they fit into the heap: all but the newest are held
 * without metrics and outcomes, which {@link #whole} reads again.
 */
public final class CommittedVersions {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Topics topics;
  private final List<KeptVersion> chain = new ArrayList<>();
  private final List<Divergence> divergences = new ArrayList<>();
  private final List<Long> anchorOffsets = new ArrayList<>();
  private KeptVersion.Common common;
  private WeightVersion last;

  CommittedVersions(Topics topics) {
    this.topics = topics;
  }

  /**
   * Reads the weights topic to its end.
   *
   * @param consumer read-committed; closed by the caller
   * @throws IllegalStateException naming the offset where the chain breaks or a record is damaged
   */
  public static CommittedVersions read(Consumer<byte[], byte[]> consumer, Topics topics) {
    return read(consumer, topics, version -> {});
  }

  /**
   * The same.
   *
   * @param each told of every record as it was committed, in order; what is kept has neither
   *     metrics nor outcomes, but for the newest
   */
  public static CommittedVersions read(
      Consumer<byte[], byte[]> consumer,
      Topics topics,
      java.util.function.Consumer<WeightVersion> each) {
    TopicPartition partition = partition(topics);
    consumer.assign(List.of(partition));
    long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
    if (begin > 0) {
      throw new IllegalStateException(
          "%s begins at offset %d: commit records, from which the run is rebuilt, were deleted. Restore the topic from a backup, and keep its records for ever (retention.ms=-1)"
              .formatted(partition, begin));
    }
    consumer.seek(partition, 0);
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    CommittedVersions committed = new CommittedVersions(topics);
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        committed.add(record);
        each.accept(committed.last());
      }
    }
    return committed;
  }

  private static TopicPartition partition(Topics topics) {
    return new TopicPartition(topics.weights().name(), 0);
  }

  /** The next one of the chain. */
  void add(ConsumerRecord<byte[], byte[]> record) {
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
    }
    common = KeptVersion.Common.shared(version, common);
    chain.add(
        new KeptVersion(
            codec(), version, common, RecordDigest.of(record.value()), record.offset()));
    divergences.addAll(version.getDivergences());
    if (version.getAnchor()) {
      anchorOffsets.add(version.getFirstChunkOffset());
    }
    last = version;
  }

  private RecordCodec<WeightVersion> codec() {
    return topics.weights().codec();
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

  /** The newest version, metrics and outcomes included; only where there is one. */
  public WeightVersion last() {
    if (last == null) {
      throw new IllegalStateException("no version is committed");
    }
    return last;
  }

  /** The oldest version: 0, or the one that the run was forked from. */
  public WeightVersion first() {
    return chain.get(0).version(codec());
  }

  public boolean contains(long version) {
    return !isEmpty() && version >= firstNumber() && version <= last().getVersion();
  }

  /** Without metrics and outcomes, but for the newest; made anew with each call. */
  public WeightVersion get(long version) {
    int index = index(version);
    return index == chain.size() - 1 ? last : chain.get(index).version(codec());
  }

  /**
   * As it was committed, metrics and outcomes included: read again.
   *
   * @param consumer read-committed; what it is assigned to is changed
   * @throws IllegalStateException when the record is no longer what it was
   */
  public WeightVersion whole(long version, Consumer<byte[], byte[]> consumer) {
    long offset = chain.get(index(version)).offset();
    TopicPartition partition = partition(topics);
    consumer.assign(List.of(partition));
    consumer.seek(partition, offset);
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() != offset || !RecordDigest.of(record.value()).equals(sha256(version))) {
          throw broken(record, "version %d stood at offset %d".formatted(version, offset));
        }
        return codec().decode(record.value());
      }
    }
    throw new IllegalStateException(
        "%s ends before offset %d, where version %d stood".formatted(partition, offset, version));
  }

  /** Hex SHA-256 of a version's record as it lies on the log. */
  public String sha256(long version) {
    return chain.get(index(version)).sha256();
  }

  /** Of the newest version's. */
  public String sha256() {
    return chain.get(chain.size() - 1).sha256();
  }

  /** Of all versions but the newest, without what many of them have in common. */
  long keptBytes() {
    return chain.stream().mapToLong(KeptVersion::bytes).sum();
  }

  /** Chains have no gaps. */
  private long firstNumber() {
    return last().getVersion() - chain.size() + 1;
  }

  private int index(long version) {
    if (!contains(version)) {
      throw new IllegalArgumentException(
          "version %d is not committed; there are %d to %d"
              .formatted(version, firstNumber(), last().getVersion()));
    }
    return (int) (version - firstNumber());
  }

  /**
   * Hash of the reference policy: the actor of version 0, of the parent run where this is a fork.
   */
  public String referenceSha256() {
    WeightVersion first = first();
    return first.getOrigin() == null
        ? first.getActorSha256()
        : first.getOrigin().getReferenceSha256();
  }

  /** What recovery made of versions and went on from, by the records of later ones. */
  public List<Divergence> divergences() {
    return List.copyOf(divergences);
  }

  /** Where whole publications of the weights begin, oldest first. */
  public List<Long> anchorOffsets() {
    return List.copyOf(anchorOffsets);
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
