package io.sapo.system.cluster;

import static io.sapo.system.cluster.RestartableRun.BATCH;
import static io.sapo.system.cluster.RestartableRun.PATIENCE;
import static io.sapo.system.cluster.RestartableRun.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.audit.AuditReport;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.run.RoleKind;
import io.sapo.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
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
  @TempDir Path folder;
  private RestartableRun run;

  @BeforeEach
  void make() throws IOException {
    run = new RestartableRun(folder);
  }

  @AfterEach
  void end() {
    run.close();
  }

  @Test
  @Timeout(300)
  void whatWaitsToBeReadIsPassedOverAndSaid() throws Exception {
    run.start();
    run.awaitVersions(2);
    run.stop(RoleKind.LEARNER);
    long consumed = consumedTo();
    Await.until("a batch of segments", PATIENCE, () -> segmentsFrom(consumed) == BATCH);
    run.close();
    assertThat(damage(TOPICS.segments().name(), new TreeMap<>(Map.of(0, consumed)))).isPositive();
    for (String topic :
        List.of(
            TOPICS.status().name(),
            TOPICS.taskClaims().name(),
            TOPICS.credits().name(),
            TOPICS.schemas())) {
      assertThat(damage(topic, new TreeMap<>(Map.of(0, 0L)))).as(topic).isPositive();
    }
    run.start();
    run.awaitVersions(run.newest() + 2);

    run.stop(RoleKind.SEGMENTER);
    SortedMap<Integer, Long> read = segmenterPositions();
    Await.until(
        "trajectories", PATIENCE, () -> sum(ends(TOPICS.trajectories().name())) > sum(read));
    run.close();
    assertThat(damage(TOPICS.trajectories().name(), read)).isPositive();
    run.start();
    run.awaitVersions(run.newest() + 2);
    assertThat(deadLettersOfDamage()).isPositive();
    run.assertNothingFailed();
    run.close();

    forgetCheckpoints();
    run.start();
    run.awaitVersions(run.newest() + 1);
    assertThat(run.versions().stream().flatMap(DamagedRecordsTest::skipReasons))
        .as("said in commit records, and folded again as they say")
        .anyMatch(reason -> reason.startsWith("damaged: "));
    audit();
  }

  @Test
  @Timeout(120)
  void aRunIsNotRebuiltOnDamagedCommits() throws Exception {
    run.start();
    run.awaitVersions(2);
    run.close();
    damage(TOPICS.weights().name(), new TreeMap<>(Map.of(0, 1L)));
    run.startBroker();
    assertThat(run.begin(RoleKind.LEARNER).awaitReady())
        .contains(TOPICS.weights().name())
        .contains("wrong checksum")
        .contains("restore the topic");
  }

  /** Positions by partition from which every batch is changed. */
  private int damage(String topic, SortedMap<Integer, Long> from) throws IOException {
    int changed = 0;
    for (Map.Entry<Integer, Long> one : from.entrySet()) {
      changed += DamagedLog.damage(run.brokerFolder(), topic, one.getKey(), one.getValue());
    }
    return changed;
  }

  /** All but the reference: every version has to be folded again. */
  private void forgetCheckpoints() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(run.data())) {
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

  private static Stream<String> skipReasons(WeightVersion version) {
    return version.getInputs().stream()
        .flatMap(range -> range.getSkipped().stream())
        .map(Skipped::getReason);
  }

  private long consumedTo() {
    List<WeightVersion> versions = run.versions();
    return versions.get(versions.size() - 1).getInputs().stream()
        .mapToLong(InputRange::getTo)
        .max()
        .orElseThrow();
  }

  private long segmentsFrom(long offset) {
    return run.count(TOPICS.segments().name(), record -> record.offset() >= offset);
  }

  private long deadLettersOfDamage() {
    return run.count(
        TOPICS.deadLetters(),
        record ->
            DeadLetters.header(record.headers(), DeadLetters.REASON)
                .equals(Optional.of("damaged")));
  }

  private SortedMap<Integer, Long> segmenterPositions() throws Exception {
    SortedMap<Integer, Long> positions = new TreeMap<>();
    try (Admin admin = Admin.create(run.client())) {
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
    try (Admin admin = Admin.create(run.client());
        CommittedLog log = new CommittedLog(admin, run.client())) {
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
    try (Admin admin = Admin.create(run.client());
        CommittedLog log = new CommittedLog(admin, run.client())) {
      AuditReport report = RunAudit.of(admin, log, TOPICS).run(null);
      assertThat(report.findings()).isEmpty();
      assertThat(report.notes())
          .anyMatch(note -> note.contains("of segments are damaged and cannot be read"));
    }
  }
}
