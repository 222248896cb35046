package io.sapo.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.audit.AuditReport;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.RecordedRun;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.WeightVersion;
import io.sapo.segmenter.Segmenter;
import io.sapo.segmenter.topology.SegmenterConfig;
import io.sapo.standalone.audit.LearnerCheckpoints;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.testing.Await;
import io.sapo.torture.HostileTrajectories.Hostile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every hostile trajectory through the real segmenter and the real learner, which is killed on the
 * way and folds all of them again: each is trained on, skipped or a dead letter as it must be, the
 * run goes on, the audit is clean.
 */
class HostileRecordsTest {
  /** As many updates as records of version 0 are fresh for. */
  private static final int UPDATES = RecordedRun.UPDATES + 1;

  private static final int KILLED_AT = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;
  private RecordedRun run;
  private List<Hostile> hostile;

  @Test
  void eachIsTrainedSkippedOrRefusedAndTheRunGoesOn() throws Exception {
    Path model = TinyCheckpoint.write(folder.resolve("model"));
    ModelConfig.ImageTokens special =
        CheckpointFolder.open(model).config().imageTokens().orElseThrow();
    hostile =
        new ArrayList<>(HostileTrajectories.all(RecordedRun.config().batch().maxSequenceTokens()));
    hostile.addAll(HostilePictures.all(special.image(), special.video()));
    assertThat(hostile).hasSizeGreaterThanOrEqualTo(40);
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
      Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
      run = new RecordedRun(kafka, new Topics("run."), folder.resolve("learner"));
      run.createTopics();
      segment();
      AtomicInteger commits = new AtomicInteger();
      FaultHook kill =
          point -> {
            if (point == FaultPoint.COMMITTED && commits.incrementAndGet() == KILLED_AT) {
              throw new IllegalStateException("killed");
            }
          };
      assertThatThrownBy(() -> run.learn(model, UPDATES, 1_000, kill)).hasMessage("killed");
      run.learn(model, UPDATES, 1_000, FaultHook.NONE);
      assertThat(audit().findings()).isEmpty();
      assertThat(read(this::leftOut)).isEmpty();
      assertThat(fates()).containsExactlyElementsOf(expected());
    }
  }

  /** Hostile ones first, so that none is left when training ends; then enough sound ones. */
  private void segment() throws Exception {
    SegmenterConfig usual = SegmenterConfig.defaults(folder.resolve("segmenter"));
    SegmenterConfig hasty =
        new SegmenterConfig(
            usual.strategy(),
            usual.verifiers(),
            usual.judges(),
            Duration.ofSeconds(1),
            usual.dedupRetention(),
            usual.stateDir(),
            usual.threads(),
            usual.heartbeat());
    try (Segmenter segmenter = new Segmenter(run.kafka(), run.topics(), hasty, "segmenter")) {
      segmenter.start();
      send(0, hostile.size(), true);
      Await.until("an outcome of each hostile record", PATIENCE, () -> count() >= hostile.size());
      send(hostile.size(), UPDATES * RecordedRun.BATCH, false);
      Await.until(
          "an outcome of each record",
          PATIENCE,
          () -> count() >= hostile.size() + UPDATES * RecordedRun.BATCH);
    }
  }

  private void send(int from, int count, boolean evil) throws Exception {
    Random random = new Random(from);
    try (Producer<byte[], byte[]> producer = run.producer(null)) {
      for (int number = from; number < from + count; number++) {
        Trajectory trajectory = RecordedRun.trajectory(number, random);
        if (evil) {
          hostile.get(number).change().accept(trajectory);
        }
        producer
            .send(run.topics().trajectories().record(trajectory.getGroupId(), trajectory))
            .get();
      }
    }
  }

  /** Records that the segmenter has decided on. */
  private int count() {
    return read(log -> segments(log).size() + refusals(log).size());
  }

  private interface Reading<T> {
    T of(CommittedLog log);
  }

  private <T> T read(Reading<T> reading) {
    try (Admin admin = Admin.create(run.kafka());
        CommittedLog log = new CommittedLog(admin, run.kafka())) {
      return reading.of(log);
    }
  }

  /** Ids by offset. */
  private Map<Long, String> segments(CommittedLog log) {
    Map<Long, String> ids = new HashMap<>();
    TopicPartition partition = new TopicPartition(run.topics().segments().name(), 0);
    log.read(
        partition,
        0,
        log.committedEnd(partition),
        record ->
            ids.put(
                record.offset(),
                run.topics()
                    .segments()
                    .codec()
                    .decode(record.value())
                    .getTrajectory()
                    .getTrajectoryId()));
    return ids;
  }

  private AuditReport audit() throws Exception {
    try (Admin admin = Admin.create(run.kafka());
        CommittedLog log = new CommittedLog(admin, run.kafka())) {
      return RunAudit.of(admin, log, run.topics()).run(new LearnerCheckpoints(run.data()));
    }
  }

  private List<String> expected() {
    return hostile.stream().map(one -> one.name() + ": " + one.fate()).toList();
  }

  private List<String> fates() {
    Map<String, String> byId = read(this::fatesById);
    List<String> fates = new ArrayList<>();
    for (int i = 0; i < hostile.size(); i++) {
      fates.add(hostile.get(i).name() + ": " + byId.getOrDefault("t" + i, "waits"));
    }
    return fates;
  }

  private Map<String, String> fatesById(CommittedLog log) {
    Map<String, String> fates = new HashMap<>();
    Map<Long, String> segments = segments(log);
    TopicPartition weights = new TopicPartition(run.topics().weights().name(), 0);
    log.read(
        weights,
        0,
        log.end(weights),
        record -> {
          WeightVersion version = run.topics().weights().codec().decode(record.value());
          version.getInputs().forEach(range -> fates.putAll(fates(range, segments)));
        });
    fates.putAll(refusals(log));
    return fates;
  }

  /** Why updates were left out. */
  private List<String> leftOut(CommittedLog log) {
    List<String> reasons = new ArrayList<>();
    TopicPartition weights = new TopicPartition(run.topics().weights().name(), 0);
    log.read(
        weights,
        0,
        log.end(weights),
        record -> {
          WeightVersion version = run.topics().weights().codec().decode(record.value());
          if (version.getLeftOut() != null) {
            reasons.add(version.getVersion() + ": " + version.getLeftOut());
          }
        });
    return reasons;
  }

  private Map<String, String> refusals(CommittedLog log) {
    Map<String, String> refusals = new HashMap<>();
    TopicPartition partition = new TopicPartition(run.topics().deadLetters(), 0);
    log.read(
        partition,
        0,
        log.committedEnd(partition),
        record ->
            refusals.put(
                run.topics().trajectories().codec().decode(record.value()).getTrajectoryId(),
                "refused " + DeadLetters.header(record.headers(), DeadLetters.REASON).orElse("")));
    return refusals;
  }

  private static Map<String, String> fates(InputRange range, Map<Long, String> segments) {
    Map<String, String> fates = new HashMap<>();
    segments.forEach(
        (offset, id) -> {
          if (offset >= range.getFrom() && offset < range.getTo()) {
            fates.put(
                id,
                InputRanges.skipOf(range, offset)
                    .map(skip -> "skipped " + skip.getReason().split(":")[0])
                    .orElse(HostileTrajectories.TRAINED));
          }
        });
    return fates;
  }
}
