package io.sapo.system.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.audit.AuditReport;
import io.sapo.audit.Finding;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.RecordedRun;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.VersionRun;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.audit.LearnerCheckpoints;
import io.sapo.standalone.audit.RunAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A clean run is clean; every way of disturbing it is named. */
class AuditTest {
  private static final RecordCodec<WeightVersion> VERSIONS = RecordCodec.of(WeightVersion.class);
  private static final RecordCodec<SegmentedTrajectory> SEGMENTS =
      RecordCodec.of(SegmentedTrajectory.class);
  private static final RecordCodec<WeightChunk> CHUNKS = RecordCodec.of(WeightChunk.class);
  private static final RecordedRun.Alteration UNCHANGED = record -> record.value();
  private static final AtomicInteger COPIES = new AtomicInteger();

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static RecordedRun run;

  @BeforeAll
  static void train() throws Exception {
    broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    run = RecordedRun.train(Map.of("bootstrap.servers", broker.bootstrapServers()), folder);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static AuditReport audit(RecordedRun audited, Path data) throws Exception {
    try (Admin admin = Admin.create(audited.kafka());
        CommittedLog log = new CommittedLog(admin, audited.kafka())) {
      return RunAudit.of(admin, log, audited.topics())
          .run(data == null ? null : new LearnerCheckpoints(data));
    }
  }

  private static RecordedRun copy(RecordedRun.Alteration alteration) throws Exception {
    return run.copy("copy" + COPIES.incrementAndGet() + ".", alteration);
  }

  private static List<Finding> findings(RecordedRun.Alteration alteration) throws Exception {
    return audit(copy(alteration), null).findings();
  }

  private static <T extends SpecificRecordBase> byte[] altered(
      RecordCodec<T> codec, byte[] value, Consumer<T> change) {
    T record = codec.decode(value);
    change.accept(record);
    return codec.encode(record);
  }

  /** Changes the commit record of one version. */
  private static RecordedRun.Alteration version(long number, Consumer<WeightVersion> change) {
    return record ->
        record.topic().equals(run.topics().weights().name())
                && VERSIONS.decode(record.value()).getVersion() == number
            ? altered(VERSIONS, record.value(), change)
            : record.value();
  }

  @Test
  void undisturbedRunIsClean() throws Exception {
    AuditReport report = audit(run, run.data());
    assertThat(report.findings()).isEmpty();
    assertThat(report.notes()).isEmpty();
    assertThat(report.counts())
        .containsEntry("versions", RecordedRun.UPDATES + 1L)
        .containsEntry("segments", 52L)
        .containsEntry("trajectories", 53L)
        .containsEntry("dead_letters", 1L)
        .containsEntry("weights_verified", RecordedRun.UPDATES + 1L)
        .containsEntry("checkpoints", 3L);
    assertThat(report.waiting()).singleElement().asString().contains("4 records", "segments");
    assertThat(audit(copy(UNCHANGED), null).findings()).isEmpty();
  }

  @Test
  void missingVersion() throws Exception {
    List<Finding> found =
        findings(
            record ->
                record.topic().equals(run.topics().weights().name())
                        && VERSIONS.decode(record.value()).getVersion() == 3
                    ? null
                    : record.value());
    assertThat(found)
        .anySatisfy(
            f -> assertThat(f.toString()).contains("version 3 is missing").contains("offset"))
        .anySatisfy(f -> assertThat(f.check()).isEqualTo("consumed"));
  }

  @Test
  void weightsThatAnEarlierAuditHasSeenAreLeftOutFromTheAnchorBackwards() throws Exception {
    try (Admin admin = Admin.create(run.kafka());
        CommittedLog log = new CommittedLog(admin, run.kafka())) {
      AuditReport report = RunAudit.of(admin, log, run.topics()).run(null, RecordedRun.UPDATES - 1);
      assertThat(report.findings()).isEmpty();
      assertThat(report.counts())
          .as("from the anchor, version 3, on")
          .containsEntry("weights_verified", RecordedRun.UPDATES - 2L);
    }
  }

  @Test
  void commitRecordsMissingAtTheEnd() throws Exception {
    assertThat(
            findings(
                record ->
                    record.topic().equals(run.topics().weights().name())
                            && VERSIONS.decode(record.value()).getVersion() == RecordedRun.UPDATES
                        ? null
                        : record.value()))
        .singleElement()
        .satisfies(f -> assertThat(f.check()).isEqualTo("positions"))
        .satisfies(f -> assertThat(f.message()).contains("missing at the end of the log"));
  }

  @Test
  void exchangedCommitRecord() throws Exception {
    RecordedRun copy = copy(UNCHANGED);
    WeightVersion forged = newest(copy);
    forged.setVersion(forged.getVersion() + 1);
    forged.setParent(forged.getParent() + 1);
    forged.setInputs(List.of());
    copy.append(copy.topics().weights().name(), "x", VERSIONS.encode(forged));
    assertThat(audit(copy, null).findings())
        .anySatisfy(
            f -> {
              assertThat(f.check()).isEqualTo("versions");
              assertThat(f.version()).isEqualTo(RecordedRun.UPDATES + 1L);
              assertThat(f.message()).contains("whose record hashes to");
            });
  }

  @Test
  void doubledVersion() throws Exception {
    RecordedRun copy = copy(UNCHANGED);
    WeightVersion last = newest(copy);
    copy.append(copy.topics().weights().name(), "x", VERSIONS.encode(last));
    assertThat(audit(copy, null).findings())
        .singleElement()
        .satisfies(f -> assertThat(f.version()).isEqualTo((long) RecordedRun.UPDATES))
        .satisfies(f -> assertThat(f.message()).contains("comes a second time"));
  }

  private static WeightVersion newest(RecordedRun of) {
    WeightVersion[] newest = new WeightVersion[1];
    try (Admin admin = Admin.create(of.kafka());
        CommittedLog log = new CommittedLog(admin, of.kafka())) {
      var partition = log.partitions(of.topics().weights().name()).get(0);
      log.read(
          partition, 0, log.end(partition), record -> newest[0] = VERSIONS.decode(record.value()));
    }
    return newest[0];
  }

  @Test
  void doubledPosition() throws Exception {
    assertThat(
            findings(
                version(4, v -> v.getInputs().get(0).setFrom(v.getInputs().get(0).getFrom() - 1))))
        .anySatisfy(f -> assertThat(f.message()).contains("consumed by versions 3 and 4"))
        .anySatisfy(
            f -> {
              assertThat(f.version()).isEqualTo(4);
              assertThat(f.message()).contains("consumed twice");
            });
  }

  @Test
  void positionLeftOut() throws Exception {
    assertThat(
            findings(
                version(4, v -> v.getInputs().get(0).setFrom(v.getInputs().get(0).getFrom() + 1))))
        .anySatisfy(f -> assertThat(f.message()).contains("positions are skipped"));
  }

  @Test
  void miscountedRecords() throws Exception {
    assertThat(
            findings(
                version(
                    2,
                    v -> {
                      v.getInputs().get(0).setTrained(7);
                      v.getInputs().get(0).setSkipped(List.of(new Skipped(0L, " ", -1L, 1)));
                    })))
        .anySatisfy(f -> assertThat(f.message()).contains("7 records are said to be trained"))
        .anySatisfy(f -> assertThat(f.message()).contains("for no reason"));
  }

  @Test
  void totalsThatDoNotAddUp() throws Exception {
    assertThat(findings(version(5, v -> v.setTrajectoryPositions(Map.of("0", 1L)))))
        .singleElement()
        .satisfies(f -> assertThat(f.check()).isEqualTo("totals"));
    assertThat(findings(version(5, v -> v.setTrainedTotal(1))))
        .singleElement()
        .satisfies(f -> assertThat(f.check()).isEqualTo("totals"));
  }

  @Test
  void runsMixed() throws Exception {
    assertThat(findings(version(6, v -> v.setRunId("another"))))
        .singleElement()
        .satisfies(f -> assertThat(f.message()).contains("belongs to run another"));
  }

  @Test
  void wrongActorHash() throws Exception {
    assertThat(findings(version(4, v -> v.setActorSha256("00"))))
        .singleElement()
        .satisfies(f -> assertThat(f.check()).isEqualTo("weights"))
        .satisfies(f -> assertThat(f.version()).isEqualTo(4))
        .satisfies(f -> assertThat(f.message()).contains("committed as 00"));
  }

  @Test
  void flippedBitInWeights() throws Exception {
    int[] flipped = new int[1];
    List<Finding> found =
        findings(
            record ->
                record.topic().equals(run.topics().weightChunks().name())
                        && CHUNKS.decode(record.value()).getVersion() == 6
                        && flipped[0]++ == 2
                    ? altered(
                        CHUNKS,
                        record.value(),
                        chunk -> {
                          int last = chunk.getPayload().limit() - 1;
                          chunk.getPayload().put(last, (byte) (chunk.getPayload().get(last) ^ 1));
                        })
                    : record.value());
    assertThat(found).singleElement().satisfies(f -> assertThat(f.version()).isEqualTo(6));
  }

  /** The sixth record lies behind as many commit markers as the segmenter has left by then. */
  @Test
  void staleTrajectoryTrained() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    AtomicLong offset = new AtomicLong();
    List<Finding> found =
        findings(
            record -> {
              if (!record.topic().equals(run.topics().segments().name())
                  || seen.getAndIncrement() != 5) {
                return record.value();
              }
              offset.set(record.offset());
              return altered(
                  SEGMENTS,
                  record.value(),
                  s ->
                      s.getTrajectory()
                          .setVersions(
                              List.of(
                                  new VersionRun(
                                      3L, s.getTrajectory().getVersions().get(0).getTokens()))));
            });
    assertThat(found)
        .singleElement()
        .satisfies(f -> assertThat(f.check()).isEqualTo("staleness"))
        .satisfies(f -> assertThat(f.offset()).isEqualTo(offset.get()))
        .satisfies(f -> assertThat(f.id()).startsWith("t"));
  }

  @Test
  void trajectoryTwiceInSegments() throws Exception {
    RecordedRun copy = copy(UNCHANGED);
    byte[][] first = new byte[1][];
    try (Admin admin = Admin.create(run.kafka());
        CommittedLog log = new CommittedLog(admin, run.kafka())) {
      log.read(
          log.partitions(run.topics().segments().name()).get(0), 0, 1, r -> first[0] = r.value());
    }
    copy.append(copy.topics().segments().name(), "g", first[0]);
    String id = SEGMENTS.decode(first[0]).getTrajectory().getTrajectoryId();
    assertThat(audit(copy, null).findings())
        .anySatisfy(
            f -> {
              assertThat(f.check()).isEqualTo("duplicates");
              assertThat(f.id()).isEqualTo(id);
            })
        .anySatisfy(f -> assertThat(f.message()).contains("became segments before"));
  }

  @Test
  void lostTrajectory() throws Exception {
    List<Finding> found =
        findings(
            record -> record.topic().equals(run.topics().deadLetters()) ? null : record.value());
    assertThat(found)
        .singleElement()
        .satisfies(f -> assertThat(f.check()).isEqualTo("trajectories"))
        .satisfies(f -> assertThat(f.message()).contains("is lost"));
  }

  @Test
  void corruptCheckpoint() throws Exception {
    Path data = folder.resolve("damaged");
    copyTree(run.data(), data);
    CheckpointStore store = new CheckpointStore(data);
    Path file = store.folder(RecordedRun.UPDATES).resolve("critic.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 3] ^= 1;
    Files.write(file, bytes);
    assertThat(audit(run, data).findings())
        .singleElement()
        .satisfies(f -> assertThat(f.check()).isEqualTo("checkpoints"))
        .satisfies(f -> assertThat(f.version()).isEqualTo((long) RecordedRun.UPDATES))
        .satisfies(f -> assertThat(f.message()).contains("critic"));
  }

  /** Brokers delete whole files of a log, and segments fill theirs sooner than trajectories. */
  @Test
  void segmentsThatExpiredBeforeTheirTrajectoriesAreNotMissed() throws Exception {
    RecordedRun copy = copy(UNCHANGED);
    TopicPartition segments = new TopicPartition(copy.topics().segments().name(), 0);
    try (Admin admin = Admin.create(copy.kafka())) {
      admin.deleteRecords(Map.of(segments, RecordsToDelete.beforeOffset(12))).all().get();
    }
    AuditReport report = audit(copy, null);
    assertThat(report.findings()).isEmpty();
    assertThat(report.notes()).anyMatch(note -> note.contains("have outlived their segments"));
  }

  /** As after a week's rest, by the brokers' own settings. */
  @Test
  void aPositionThatTheBrokersForgotIsNotMissed() throws Exception {
    RecordedRun copy = copy(UNCHANGED);
    TopicPartition segments = new TopicPartition(copy.topics().segments().name(), 0);
    try (Admin admin = Admin.create(copy.kafka())) {
      admin
          .deleteConsumerGroupOffsets(copy.topics().prefix() + "learner", Set.of(segments))
          .all()
          .get();
    }
    AuditReport report = audit(copy, null);
    assertThat(report.findings()).isEmpty();
    assertThat(report.notes()).anyMatch(note -> note.contains("no longer know the learner's"));
  }

  private static void copyTree(Path from, Path to) throws Exception {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }
}
