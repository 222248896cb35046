package io.sapo.audit;

import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a run's topics once, from the positions backwards: what the segmenter has passed, then what
 * it waits with, then versions, segments, dead letters and at last trajectories. In this order a
 * run that goes on meanwhile is never found wrong for being ahead of what was read before.
 */
public final class Audit {
  private final Admin admin;
  private final CommittedLog log;
  private final Topics topics;
  private final Clock clock;
  private final WeightMemory memory;
  private final AuditReport report = new AuditReport();
  private long versionsEnd;

  /**
   * @param admin stays the caller's, like the log
   */
  public Audit(Admin admin, CommittedLog log, Topics topics, Clock clock, WeightMemory memory) {
    this.admin = admin;
    this.log = log;
    this.topics = topics;
    this.clock = clock;
    this.memory = memory;
  }

  /**
   * @param checkpoints null where they are out of reach
   */
  public AuditReport run(StoredCheckpoints checkpoints)
      throws ExecutionException, InterruptedException {
    return run(checkpoints, 0);
  }

  /**
   * @param weightsFrom weights are verified from the anchor of this version on; those before it an
   *     earlier audit has seen, and they cannot have changed
   */
  public AuditReport run(StoredCheckpoints checkpoints, long weightsFrom)
      throws ExecutionException, InterruptedException {
    SortedMap<Integer, Long> segmented =
        committed(topics.prefix() + "segmenter", topics.trajectories());
    Set<String> openGroups = openGroups();
    Set<String> held = held();
    SortedMap<Integer, Long> consumed = committed(topics.prefix() + "learner", topics.segments());
    List<CommittedVersion> versions = versions();
    nothingLost(consumed, versions);
    segments(versions, segmented, openGroups, held);
    positions(versions);
    try (WeightsCheck weights = new WeightsCheck(report, topics, log, memory)) {
      weights.check(versions, weightsFrom);
    }
    if (checkpoints == null) {
      report.note("checkpoints are not checked: no data folder was given");
    } else {
      new CheckpointsCheck(report, checkpoints).check(versions);
    }
    new TransactionsCheck(report, admin, clock).check(allPartitions());
    return report;
  }

  private List<CommittedVersion> versions() {
    VersionsCheck check = new VersionsCheck(report);
    for (TopicPartition partition : log.partitions(topics.weights().name())) {
      versionsEnd = read(partition, check::accept).offset();
    }
    report.count("versions", check.versions().size());
    return check.versions();
  }

  private void segments(
      List<CommittedVersion> versions,
      SortedMap<Integer, Long> segmented,
      Set<String> openGroups,
      Set<String> held) {
    List<TopicPartition> segments = log.partitions(topics.segments().name());
    Map<TopicPartition, Long> ends = new HashMap<>();
    segments.forEach(partition -> ends.put(partition, log.end(partition)));
    List<TopicPartition> deadLetters = log.partitions(topics.deadLetters());
    deadLetters.forEach(partition -> ends.put(partition, log.end(partition)));
    List<TopicPartition> trajectories = log.partitions(topics.trajectories().name());
    SortedMap<Integer, Sources.Extent> extents = new TreeMap<>();
    SortedMap<Integer, Long> toldFrom = ExpiredSegments.reach(log, topics, versions);
    for (TopicPartition at : trajectories) {
      long position = segmented.getOrDefault(at.partition(), 0L);
      long told = toldFrom.getOrDefault(at.partition(), 0L);
      extents.put(at.partition(), new Sources.Extent(log.begin(at), log.end(at), position, told));
    }
    Sources sources = new Sources(report, topics.trajectories().name(), extents);
    IdSet ids = new IdSet();
    SortedMap<Long, Reached> reached = new TreeMap<>();
    for (TopicPartition at : segments) {
      long begin = log.begin(at);
      SegmentsCheck check =
          new SegmentsCheck(report, at.topic(), at.partition(), begin, versions, ids, sources);
      CommittedLog.Reached end = read(at, begin, ends.get(at), check::accept);
      check.finish(end.offset());
      check
          .reached()
          .forEach(
              (version, own) -> reached.computeIfAbsent(version, number -> new Reached()).add(own));
    }
    new PassedCheck(report).check(versions, reached);
    for (TopicPartition at : deadLetters) {
      read(at, log.begin(at), ends.get(at), record -> deadLetter(record, sources));
    }
    for (TopicPartition at : trajectories) {
      Sources.Extent extent = extents.get(at.partition());
      read(at, extent.begin(), extent.end(), record -> sources.accept(record, openGroups, held));
    }
    sources.finish();
  }

  private void deadLetter(ConsumerRecord<byte[], byte[]> record, Sources sources) {
    report.count("dead_letters", 1);
    Optional<String> damaged = DamagedRecords.why(record.headers());
    if (damaged.isPresent()) {
      report.wrong(Finding.at("dead-letters", record, "cannot be read: " + damaged.get()));
      return;
    }
    Optional<String> topic = DeadLetters.header(record.headers(), DeadLetters.SOURCE_TOPIC);
    Optional<String> reason = DeadLetters.header(record.headers(), DeadLetters.REASON);
    if (reason.isEmpty() || reason.get().isBlank()) {
      report.wrong(Finding.at("dead-letters", record, "gives no reason"));
    }
    if (topic.isEmpty() || !topic.get().equals(topics.trajectories().name())) {
      return;
    }
    try {
      int partition =
          Integer.parseInt(
              DeadLetters.header(record.headers(), DeadLetters.SOURCE_PARTITION).orElse(""));
      long offset =
          Long.parseLong(
              DeadLetters.header(record.headers(), DeadLetters.SOURCE_OFFSET).orElse(""));
      sources.refused(record, partition, offset);
    } catch (NumberFormatException e) {
      report.wrong(Finding.at("dead-letters", record, "does not say where its record lay"));
    }
  }

  /** The consumer group's positions say the same as the newest commit record. */
  private void positions(List<CommittedVersion> versions)
      throws ExecutionException, InterruptedException {
    if (versions.isEmpty()) {
      return;
    }
    CommittedVersion last = versions.get(versions.size() - 1);
    SortedMap<Integer, Long> committed = committed(topics.prefix() + "learner", topics.segments());
    last.record()
        .getInputs()
        .forEach(
            range -> {
              Long position = committed.get(range.getPartition());
              if (position == null) {
                report.note(
                    "the brokers no longer know the learner's position in segments partition %d; it is in the commit records"
                        .formatted(range.getPartition()));
              } else if (position < range.getTo()) {
                report.wrong(
                    Finding.of(
                        "positions",
                        last.version(),
                        "ends at offset %d of segments partition %d, but the learner's committed position is %s"
                            .formatted(range.getTo(), range.getPartition(), position)));
              }
            });
  }

  /**
   * Positions are committed with their record: one that they are ahead of is gone from the log, or
   * still under way, for the commit reaches one topic before the other.
   */
  private void nothingLost(SortedMap<Integer, Long> consumed, List<CommittedVersion> versions) {
    SortedMap<Integer, Long> recorded = new TreeMap<>();
    for (CommittedVersion version : versions) {
      version
          .record()
          .getInputs()
          .forEach(range -> recorded.put(range.getPartition(), range.getTo()));
    }
    consumed.forEach(
        (partition, next) -> {
          long to = recorded.getOrDefault(partition, 0L);
          if (next > to && log.end(new TopicPartition(topics.weights().name(), 0)) == versionsEnd) {
            report.wrong(
                Finding.of(
                    "positions",
                    "the learner's committed position in segments partition %d is %d, but the newest commit record ends at %d: commit records are missing at the end of the log"
                        .formatted(partition, next, to)));
          }
        });
  }

  private Set<String> openGroups() {
    Set<String> open = new HashSet<>();
    changelog("open-groups", (key, present) -> put(open, key, present));
    return open;
  }

  /** Trajectories that wait for judges outside the stream, by group and id with a NUL between. */
  private Set<String> held() {
    Set<String> held = new HashSet<>();
    changelog(
        "held",
        (key, present) -> {
          // Others are verdicts on one that waits for more.
          if (key.split("\0", -1).length == 2) {
            put(held, key, present);
          }
        });
    return held;
  }

  private static void put(Set<String> all, String key, boolean present) {
    if (present) {
      all.add(key);
    } else {
      all.remove(key);
    }
  }

  private void changelog(String store, BiConsumer<String, Boolean> each) {
    String topic = topics.prefix() + "segmenter-" + store + "-changelog";
    for (TopicPartition partition : log.partitions(topic)) {
      read(partition, record -> each.accept(Topic.keyText(record.key()), record.value() != null));
    }
  }

  private SortedMap<Integer, Long> committed(String group, Topic<?> topic)
      throws ExecutionException, InterruptedException {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    Map<TopicPartition, OffsetAndMetadata> found =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    found.forEach(
        (partition, position) -> {
          if (position != null && partition.topic().equals(topic.name())) {
            positions.put(partition.partition(), position.offset());
          }
        });
    return positions;
  }

  private CommittedLog.Reached read(
      TopicPartition partition, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    return read(partition, log.begin(partition), log.end(partition), each);
  }

  private CommittedLog.Reached read(
      TopicPartition at, long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    CommittedLog.Reached reached = log.read(at, from, to, each);
    if (reached.blocked()) {
      report.waiting(
          "an open transaction holds back %s partition %d from offset %d on"
              .formatted(at.topic(), at.partition(), reached.offset()));
    }
    return reached;
  }

  private List<TopicPartition> allPartitions() {
    List<TopicPartition> all = new ArrayList<>();
    for (Topic<?> topic : topics.typed()) {
      all.addAll(log.partitions(topic.name()));
    }
    all.addAll(log.partitions(topics.deadLetters()));
    return all;
  }
}
