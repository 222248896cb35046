package io.sapo.learner.commit;

import io.sapo.learner.fold.Progress;
import io.sapo.schemas.InputRange;
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
 * All committed versions of a run, checked to be a chain: version n + 1 has parent n, and it begins
 * to read where version n ended.
 */
public final class CommittedVersions {

  private static final Duration POLL = Duration.ofMillis(200);

  private final List<WeightVersion> chain;

  private CommittedVersions(List<WeightVersion> chain) {
    this.chain = chain;
  }

  /**
   * Reads the weights topic to its end.
   *
   * @param consumer read-committed; closed by the caller
   * @throws IllegalStateException naming the offset where the chain breaks or a record is damaged
   */
  public static CommittedVersions read(Consumer<byte[], byte[]> consumer, Topics topics) {
    TopicPartition partition = new TopicPartition(topics.weights().name(), 0);
    consumer.assign(List.of(partition));
    consumer.seek(partition, 0);
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    List<WeightVersion> chain = new ArrayList<>();
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        chain.add(checked(record, chain, topics));
      }
    }
    return new CommittedVersions(chain);
  }

  private static WeightVersion checked(
      ConsumerRecord<byte[], byte[]> record, List<WeightVersion> before, Topics topics) {
    WeightVersion version;
    try {
      version = topics.weights().codec().decode(record.value());
    } catch (RecordFormatException e) {
      throw broken(record, e.getMessage());
    }
    if (version.getVersion() != before.size() || version.getParent() != before.size() - 1) {
      throw broken(
          record,
          "version %d with parent %d stands where version %d should"
              .formatted(version.getVersion(), version.getParent(), before.size()));
    }
    if (!before.isEmpty()) {
      SortedMap<Integer, Long> expected = positions(before.get(before.size() - 1));
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
    return version;
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

  public WeightVersion get(long version) {
    if (version < 0 || version >= chain.size()) {
      throw new IllegalArgumentException(
          "version %d is not committed; there are 0 to %d".formatted(version, chain.size() - 1));
    }
    return chain.get((int) version);
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
