package io.sapo.torture;

import io.sapo.audit.AuditReport;
import io.sapo.command.ExitCodes;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Topics;
import io.sapo.standalone.audit.LearnerCheckpoints;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.run.RoleKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** One run from its start to its proof, with everything that is done to it. For one thread. */
final class Round {
  private static final List<RoleKind> ROLES =
      List.of(RoleKind.BROKER, RoleKind.SEGMENTER, RoleKind.LEARNER, RoleKind.PRODUCER);
  private static final int DELAY_MS = 40;
  private static final int HELD_MS = 8_000;
  private static final int REPEATED = 5;
  private static final int ROOM_KILOBYTES = 3_000;

  private final Pipeline pipeline;
  private final Topics topics;
  private final PrintWriter out;
  private final Random random;
  private final RoundReport.Counts counts = new RoundReport.Counts();
  private long progressed = -1;
  private long audited;

  /**
   * @param out is told of each fault
   */
  Round(Pipeline pipeline, PrintWriter out, long seed) {
    this.pipeline = pipeline;
    this.topics = pipeline.topics();
    this.out = out;
    this.random = new Random(seed);
  }

  /**
   * @param atLeast versions that the run makes in any case
   * @param killsAlone kills of the learner that folds the recorded segments again at the end
   * @throws TortureException when anything is not as it must be
   */
  RoundReport run(List<Fault> faults, long atLeast, int killsAlone)
      throws IOException, InterruptedException {
    pipeline.startAll(ROLES);
    awaitVersionAbove(0);
    if (!faults.isEmpty()) {
      dealAll(faults);
    }
    while (progressed < atLeast) {
      awaitVersionAbove(progressed);
    }
    pipeline.stop(RoleKind.PRODUCER);
    pipeline.stop(RoleKind.LEARNER);
    AuditReport last = audit(0);
    UndisturbedLearner alone = new UndisturbedLearner(pipeline, out, random);
    long versions = alone.prove(killsAlone);
    pipeline.stop(RoleKind.SEGMENTER);
    return counts.report(versions, killsAlone, last.counts());
  }

  private void dealAll(List<Fault> faults) throws IOException, InterruptedException {
    try (Hostility hostility = pipeline.hostility(random.nextLong())) {
      for (Fault fault : faults) {
        dealAndAudit(fault);
      }
      hostility.finish();
      counts.hostile(hostility.sent());
    }
  }

  private void dealAndAudit(Fault fault) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    deal(fault);
    double back = (System.nanoTime() - begun) / 1e9;
    AuditReport report = audit(audited);
    counts.count(fault.label(), fault.kills(), back);
    out.println(
        "  %-32s whole again in %.1f s, version %d, audited in %.1f s: clean, %s"
            .formatted(
                fault.label(),
                back,
                progressed,
                (System.nanoTime() - begun) / 1e9 - back,
                report.counts()));
    out.flush();
  }

  /** Does it, and mends what a supervisor would: a role that has ended is started again. */
  private void deal(Fault fault) throws IOException, InterruptedException {
    switch (fault.kind()) {
      case AT_POINT -> {
        HaltPoint.arm(pipeline.haltFile(), fault.point(), fault.delayMicros(), 1);
        int status = pipeline.child(RoleKind.LEARNER).awaitEnd(Pipeline.LIMIT);
        Files.delete(pipeline.haltFile());
        if (status != HaltPoint.STATUS) {
          throw new TortureException(
              "the learner ended with %d before it reached %s:\n%s"
                  .formatted(status, fault.point(), pipeline.child(RoleKind.LEARNER).tail()),
              null);
        }
        pipeline.start(RoleKind.LEARNER);
      }
      case KILL -> {
        TimeUnit.MICROSECONDS.sleep(fault.delayMicros());
        pipeline.child(fault.role()).kill();
        pipeline.start(fault.role());
      }
      case TRUNCATED_CHECKPOINT -> {
        TimeUnit.MICROSECONDS.sleep(fault.delayMicros());
        pipeline.child(RoleKind.LEARNER).kill();
        truncateNewestCheckpoint();
        pipeline.start(RoleKind.LEARNER);
      }
      case ZOMBIE -> zombie();
      case SUSPENDED -> suspend(fault);
      case FULL_DISK -> fullDisk();
      case NETWORK -> network();
      case REPEATED_TRAJECTORIES -> repeatTrajectories();
    }
    mend();
    awaitVersionAbove(version());
  }

  /**
   * What the broker's absence or the network has ended, with an error of its own, is started again
   * as a supervisor would; that it happened is reported.
   *
   * @throws TortureException when one has ended for what a new start does not mend
   */
  private void mend() throws IOException, InterruptedException {
    for (Child ended : pipeline.unexpectedlyEnded()) {
      int status = ended.awaitEnd(Pipeline.LIMIT);
      if (status != ExitCodes.RETRY) {
        throw new TortureException(
            "%s ended by itself (exit %d):\n%s"
                .formatted(ended.role().label(), status, ended.tail()),
            null);
      }
      out.println("  %s gave up by itself:\n%s".formatted(ended.role().label(), ended.tail()));
      counts.gaveUp(ended.role());
      pipeline.start(ended.role());
    }
  }

  private void truncateNewestCheckpoint() throws IOException {
    CheckpointStore store = new CheckpointStore(pipeline.learnerData());
    List<Long> versions = store.versions();
    long newest = versions.get(versions.size() - 1);
    if (newest == 0) {
      return;
    }
    List<Path> files;
    try (Stream<Path> walked = Files.walk(store.folder(newest))) {
      files = walked.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
    Path file = files.get(random.nextInt(files.size()));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(random.nextLong(channel.size()));
    }
  }

  private void zombie() throws IOException, InterruptedException {
    Child first = pipeline.child(RoleKind.LEARNER);
    first.signal("STOP");
    pipeline.start(RoleKind.LEARNER);
    awaitVersionAbove(version());
    first.signal("CONT");
    int status = first.awaitEnd(Pipeline.LIMIT);
    if (status != ExitCodes.FENCED || !first.tail().contains("another learner has taken over")) {
      throw new TortureException(
          "the learner that came back ended with %d and said:\n%s".formatted(status, first.tail()),
          null);
    }
  }

  private void suspend(Fault fault) throws IOException, InterruptedException {
    List<RoleKind> suspended = fault.role() == null ? ROLES : List.of(fault.role());
    for (RoleKind role : suspended) {
      pipeline.child(role).signal("STOP");
    }
    TimeUnit.MICROSECONDS.sleep(fault.delayMicros());
    for (RoleKind role : suspended) {
      pipeline.child(role).signal("CONT");
    }
  }

  private void fullDisk() throws IOException, InterruptedException {
    pipeline.child(RoleKind.LEARNER).kill();
    Child cramped = pipeline.launch(RoleKind.LEARNER, ROOM_KILOBYTES);
    int status = cramped.awaitEnd(Pipeline.LIMIT);
    if (status != ExitCodes.RETRY || !cramped.tail().contains("cannot be written")) {
      throw new TortureException(
          "the learner without room for a checkpoint ended with %d and said:\n%s"
              .formatted(status, cramped.tail()),
          null);
    }
    pipeline.start(RoleKind.LEARNER);
  }

  private void network() throws InterruptedException {
    TcpProxy proxy = pipeline.proxy();
    proxy.delay(DELAY_MS);
    for (int i = 0; i < 3; i++) {
      Thread.sleep(random.nextInt(400));
      switch (random.nextInt(4)) {
        case 0 -> proxy.drop();
        case 1 -> proxy.halfClose(true);
        case 2 -> proxy.halfClose(false);
        default -> {
          proxy.hold();
          Thread.sleep(random.nextInt(HELD_MS));
          proxy.pass();
        }
      }
    }
    proxy.delay(0);
  }

  private void repeatTrajectories() {
    try (Admin admin = Admin.create(pipeline.client());
        CommittedLog log = new CommittedLog(admin, pipeline.client());
        Producer<byte[], byte[]> producer = pipeline.producer()) {
      for (TopicPartition partition : log.partitions(topics.trajectories().name())) {
        long end = log.end(partition);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        log.read(partition, Math.max(log.begin(partition), end - REPEATED), end, records::add);
        records.forEach(
            record ->
                producer.send(new ProducerRecord<>(record.topic(), record.key(), record.value())));
      }
    }
  }

  /**
   * @param weightsFrom verified before up to this version
   */
  private AuditReport audit(long weightsFrom) throws InterruptedException {
    try (Admin admin = Admin.create(pipeline.client());
        CommittedLog log = new CommittedLog(admin, pipeline.client())) {
      AuditReport report =
          RunAudit.of(admin, log, topics)
              .run(new LearnerCheckpoints(pipeline.learnerData()), weightsFrom);
      counts.audited();
      audited = progressed;
      if (!report.clean()) {
        throw new TortureException(
            "the audit found %d things:\n  %s"
                .formatted(
                    report.wrong(),
                    String.join("\n  ", report.findings().stream().map(Object::toString).toList())),
            null);
      }
      return report;
    } catch (ExecutionException e) {
      throw new TortureException("the audit failed: " + e.getCause(), e);
    }
  }

  private long version() {
    try (Admin admin = Admin.create(pipeline.client());
        CommittedLog log = new CommittedLog(admin, pipeline.client())) {
      return new NewestVersion(log, topics).find();
    }
  }

  /** The run must go on: every role has to do its part for a version. */
  private void awaitVersionAbove(long version) throws IOException, InterruptedException {
    long limit = System.nanoTime() + Pipeline.LIMIT.toNanos();
    try (Admin admin = Admin.create(pipeline.client());
        CommittedLog log = new CommittedLog(admin, pipeline.client())) {
      NewestVersion newest = new NewestVersion(log, topics);
      for (progressed = newest.find(); progressed <= version; progressed = newest.find()) {
        if (System.nanoTime() > limit) {
          throw new TortureException(
              "no version after %d within %d s"
                  .formatted(version, Duration.ofNanos(Pipeline.LIMIT.toNanos()).toSeconds()),
              null);
        }
        mend();
        Thread.sleep(50);
      }
    }
  }
}
