package io.sapo.standalone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.audit.AuditReport;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.run.RoleKind;
import io.sapo.standalone.run.RunningRole;
import io.sapo.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records of which a disk gives back other bytes than were written. At a staleness bound of 0 every
 * trajectory is waited for: one that nobody accounts for would end the run.
 */
class DamagedRecordsTest {
  private static final Topics TOPICS = new Topics("sapo.");
  private static final int BATCH = 8;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Map<RoleKind, RunningRole> roles = new EnumMap<>(RoleKind.class);
  private Path checkpoint;
  private Path brokerFolder;
  private EmbeddedBroker broker;

  @BeforeEach
  void make() throws IOException {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    brokerFolder = folder.resolve("broker");
  }

  @AfterEach
  void end() {
    List.copyOf(roles.keySet()).forEach(this::stop);
    if (broker != null) {
      broker.close();
      broker = null;
    }
  }

  @Test
  @Timeout(300)
  void whatWaitsToBeReadIsPassedOverAndSaid() throws Exception {
    start();
    awaitVersions(2);
    stop(RoleKind.LEARNER);
    long consumed = consumedTo();
    Await.until("a batch of segments", PATIENCE, () -> segmentsFrom(consumed) == BATCH);
    end();
    assertThat(damage(TOPICS.segments().name(), new TreeMap<>(Map.of(0, consumed)))).isPositive();
    for (String topic :
        List.of(
            TOPICS.status().name(),
            TOPICS.taskClaims().name(),
            TOPICS.credits().name(),
            TOPICS.schemas())) {
      assertThat(damage(topic, new TreeMap<>(Map.of(0, 0L)))).as(topic).isPositive();
    }
    start();
    awaitVersions(newest() + 2);

    stop(RoleKind.SEGMENTER);
    SortedMap<Integer, Long> read = segmenterPositions();
    Await.until(
        "trajectories", PATIENCE, () -> sum(ends(TOPICS.trajectories().name())) > sum(read));
    end();
    assertThat(damage(TOPICS.trajectories().name(), read)).isPositive();
    start();
    awaitVersions(newest() + 2);
    assertThat(deadLettersOfDamage()).isPositive();
    roles.values().forEach(role -> assertThat(role.end()).as("nothing failed").isNotDone());
    end();

    forgetCheckpoints();
    start();
    awaitVersions(newest() + 1);
    assertThat(versions().stream().flatMap(DamagedRecordsTest::skipReasons))
        .as("said in commit records, and folded again as they say")
        .anyMatch(reason -> reason.startsWith("damaged: "));
    audit();
  }

  @Test
  @Timeout(120)
  void aRunIsNotRebuiltOnDamagedCommits() throws Exception {
    start();
    awaitVersions(2);
    end();
    damage(TOPICS.weights().name(), new TreeMap<>(Map.of(0, 1L)));
    broker = EmbeddedBroker.start(brokerFolder, 0);
    assertThat(begin(RoleKind.LEARNER).awaitReady())
        .contains(TOPICS.weights().name())
        .contains("wrong checksum")
        .contains("restore the topic");
  }

  private void start() {
    broker = EmbeddedBroker.start(brokerFolder, 0);
    for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER, RoleKind.PRODUCER)) {
      begin(kind);
    }
    roles.values().forEach(role -> assertThat(role.awaitReady()).isEqualTo("ready"));
  }

  private RunningRole begin(RoleKind kind) {
    RunningRole role =
        RunningRole.start(
            kind,
            folder.resolve("data"),
            checkpoint,
            "kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "learner.max-staleness=0",
            "run.updates=1000000");
    roles.put(kind, role);
    return role;
  }

  private void stop(RoleKind kind) {
    roles.remove(kind).stop();
  }

  /** Positions by partition from which every batch is changed. */
  private int damage(String topic, SortedMap<Integer, Long> from) throws IOException {
    int changed = 0;
    for (Map.Entry<Integer, Long> one : from.entrySet()) {
      changed += DamagedLog.damage(brokerFolder, topic, one.getKey(), one.getValue());
    }
    return changed;
  }

  /** All but the reference: every version has to be folded again. */
  private void forgetCheckpoints() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder.resolve("data"))) {
      files =
          all.filter(path -> path.toString().matches(".*/version-0*[1-9].*"))
              .sorted(Comparator.reverseOrder())
              .toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      Files.delete(file);
    }
  }

  private void awaitVersions(long version) throws InterruptedException {
    Await.until("version " + version, PATIENCE, () -> newest() >= version);
  }

  private long newest() {
    return versions().size() - 1L;
  }

  private List<WeightVersion> versions() {
    List<WeightVersion> versions = new ArrayList<>();
    try (TopicScan scan = new TopicScan(client())) {
      scan.read(
          TOPICS.weights().name(),
          record -> !versions.add(TOPICS.weights().codec().decode(record.value())));
    }
    return versions;
  }

  private static Stream<String> skipReasons(WeightVersion version) {
    return version.getInputs().stream()
        .flatMap(range -> range.getSkipped().stream())
        .map(Skipped::getReason);
  }

  private long consumedTo() {
    List<WeightVersion> versions = versions();
    return versions.get(versions.size() - 1).getInputs().stream()
        .mapToLong(InputRange::getTo)
        .max()
        .orElseThrow();
  }

  private long segmentsFrom(long offset) {
    long[] records = {0};
    try (TopicScan scan = new TopicScan(client())) {
      scan.read(
          TOPICS.segments().name(),
          record -> {
            records[0] += record.offset() >= offset ? 1 : 0;
            return false;
          });
    }
    return records[0];
  }

  private long deadLettersOfDamage() {
    long[] records = {0};
    try (TopicScan scan = new TopicScan(client())) {
      scan.read(
          TOPICS.deadLetters(),
          record -> {
            Optional<String> reason = DeadLetters.header(record.headers(), DeadLetters.REASON);
            records[0] += reason.equals(Optional.of("damaged")) ? 1 : 0;
            return false;
          });
    }
    return records[0];
  }

  private SortedMap<Integer, Long> segmenterPositions() throws Exception {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    try (Admin admin = Admin.create(client())) {
      admin
          .listConsumerGroupOffsets(TOPICS.prefix() + "segmenter")
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach((at, position) -> positions.put(at.partition(), position.offset()));
    }
    return positions;
  }

  private SortedMap<Integer, Long> ends(String topic) {
    SortedMap<Integer, Long> ends = new TreeMap<>();
    try (Admin admin = Admin.create(client());
        CommittedLog log = new CommittedLog(admin, client())) {
      for (TopicPartition at : log.partitions(topic)) {
        ends.put(at.partition(), log.end(at));
      }
    }
    return ends;
  }

  private static long sum(SortedMap<Integer, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  private void audit() throws Exception {
    try (Admin admin = Admin.create(client());
        CommittedLog log = new CommittedLog(admin, client())) {
      AuditReport report = RunAudit.of(admin, log, TOPICS).run(null);
      assertThat(report.findings()).isEmpty();
      assertThat(report.notes())
          .anyMatch(note -> note.contains("of segments are damaged and cannot be read"));
    }
  }

  private Map<String, Object> client() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }
}
