package io.sapo.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.CommitLog;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.config.CheckpointSettings;
import io.sapo.learner.config.InitialModel;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearnerStart;
import io.sapo.learner.config.NewRun;
import io.sapo.learner.config.PublishedVersions;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.pictures.PictureFiles;
import io.sapo.schemas.Component;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topic;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.testing.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Learners of a tiny model on a broker; every run has topics and a data folder of its own. */
final class TestRuns implements AutoCloseable {
  private static final AtomicInteger SHARED_RUNS = new AtomicInteger();

  /** The broker of all tests of this JVM that do not need one to themselves. */
  private static final class Shared {
    static final EmbeddedBroker BROKER = start();

    private static EmbeddedBroker start() {
      try {
        Path folder = Files.createTempDirectory("sapo-learner-test");
        EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, folder)));
        return broker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void stop(EmbeddedBroker broker, Path folder) {
      broker.close();
      try {
        Folders.delete(folder);
      } catch (IOException e) {
        System.err.println("left behind " + folder + ": " + e);
      }
    }
  }

  static final LearnerConfig CONFIG = TinyRun.config(Algorithm.SAPO);
  static final int UPDATES = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path folder;
  private final EmbeddedBroker broker;
  private final boolean owned;
  private final AtomicInteger runs;
  private final Map<String, Object> kafka;
  private final Path model;

  private TestRuns(Path folder, EmbeddedBroker broker, boolean owned) {
    this.folder = folder;
    this.broker = broker;
    this.owned = owned;
    runs = owned ? new AtomicInteger() : SHARED_RUNS;
    kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    model = TinyRun.modelFolder(folder.resolve("model"));
  }

  /**
   * @param folder for the runs' data
   */
  static TestRuns in(Path folder) {
    return new TestRuns(folder, Shared.BROKER, false);
  }

  /** With a broker of their own, whose data lies in the folder too. */
  static TestRuns withBroker(Path folder) {
    return new TestRuns(folder, EmbeddedBroker.start(folder.resolve("broker"), 0), true);
  }

  /** A run that nothing disturbs, trained to its end. */
  record Undisturbed(Run run, List<WeightVersion> versions) {}

  Undisturbed trainUndisturbed() throws Exception {
    Run run = create();
    run.send(records());
    assertThat(run.learner(UPDATES, FaultHook.NONE).run()).isEqualTo(UPDATES);
    return new Undisturbed(run, run.versions());
  }

  /** Ends a learner as a kill would: nothing after it is done, nothing is taken back. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  static FaultHook killAt(FaultPoint point, int occurrence) {
    AtomicInteger left = new AtomicInteger(occurrence);
    return reached -> {
      if (reached == point && left.decrementAndGet() == 0) {
        throw new Killed();
      }
    };
  }

  /**
   * Right after a new run's version is committed. Counted, not read: a commit returns before
   * readers of committed records see it.
   */
  static FaultHook onCommit(int version, FaultHook action) {
    AtomicInteger before = new AtomicInteger(version);
    return reached -> {
      if (reached == FaultPoint.COMMITTED && before.getAndDecrement() == 0) {
        action.reached(reached);
      }
    };
  }

  /** A learner at work on a thread of its own. */
  static CompletableFuture<Long> started(Learner learner) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return learner.run();
          } catch (InterruptedException e) {
            throw new CompletionException(e);
          }
        },
        task -> new Thread(task, "a learner").start());
  }

  /** The published weights of a version, as they lie on the log. */
  static List<WeightChunk> chunks(
      Consumer<byte[], byte[]> reader, Topics topics, WeightVersion version) {
    return read(
        reader, topics.weightChunks(), version.getFirstChunkOffset(), version.getChunkCount());
  }

  /**
   * So many records of a topic of one partition.
   *
   * @param reader is given over to it
   */
  static <T extends SpecificRecordBase> List<T> read(
      Consumer<byte[], byte[]> reader, Topic<T> topic, long from, int count) {
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    reader.assign(List.of(partition));
    reader.seek(partition, from);
    List<T> records = new ArrayList<>();
    for (long begun = System.nanoTime(); records.size() < count; ) {
      requireTime(begun, "%d records of %s, not %d", count, topic.name(), records.size());
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
        records.add(topic.codec().decode(record.value()));
      }
    }
    return records.subList(0, count);
  }

  /** What a learner that has failed will never write is not waited for without end. */
  private static void requireTime(long begun, String wanted, Object... arguments) {
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .as(wanted, arguments)
        .isLessThan(PATIENCE);
  }

  static List<SegmentedTrajectory> records() {
    return TinyRun.trajectories(UPDATES, CONFIG.batch().size(), 3);
  }

  Map<String, Object> kafka() {
    return kafka;
  }

  /** The Hugging Face folder that runs begin with. */
  Path model() {
    return model;
  }

  Run create() throws Exception {
    String name = "run" + runs.incrementAndGet();
    return create(new Topics(name + "."), folder.resolve(name));
  }

  /** With the checkpoints of another run. */
  Run create(Path data) throws Exception {
    return create(new Topics("run" + runs.incrementAndGet() + "."), data);
  }

  private Run create(Topics topics, Path data) throws Exception {
    try (Admin admin = Admin.create(kafka)) {
      assertThat(new TopicAdmin(admin, topics).createAndCheck((short) 1)).isEmpty();
    }
    return new Run(topics, data);
  }

  @Override
  public void close() {
    if (owned) {
      broker.close();
    }
  }

  /** One of them. */
  final class Run {
    private final Topics topics;
    private final Path data;

    private Run(Topics topics, Path data) {
      this.topics = topics;
      this.data = data;
    }

    Topics topics() {
      return topics;
    }

    /** The same run from another data folder. */
    Run withData(Path other) {
      return new Run(topics, other);
    }

    Path data() {
      return data;
    }

    void send(List<SegmentedTrajectory> records) {
      sendAll(
          records.stream()
              .map(r -> topics.segments().record(r.getTrajectory().getGroupId(), r))
              .toList());
    }

    void sendAll(List<ProducerRecord<byte[], byte[]>> records) {
      try (Producer<byte[], byte[]> producer = ProducerClients.create(kafka, Map.of())) {
        records.forEach(producer::send);
      }
    }

    /** What an operator asks the learner for. */
    void command(String id, ControlAction action) {
      sendAll(
          List.of(
              topics
                  .control()
                  .record("learner", new Control(id, action, "learner", "a test", 0L))));
    }

    /** What a learner does that takes over: it says that it is there, and fences all others. */
    void takeOver() {
      sendAll(
          List.of(
              topics
                  .status()
                  .record(
                      "learner/learner-1",
                      Status.newBuilder()
                          .setComponent(Component.LEARNER)
                          .setInstance("learner-1")
                          .setState("starting")
                          .setMessage("")
                          .setVersion(-1)
                          .setStartedAtMs(1)
                          .setAtMs(1)
                          .setIntervalMs(1_000)
                          .setGauges(Map.of())
                          .setInfo(Map.of())
                          .build())));
      fence();
    }

    /** Ends the learner's transaction, as the coordinator does with one that stands too long. */
    void fence() {
      String id = topics.prefix() + "learner";
      try (CommitLog other =
          new CommitLog(
              new LearnerClients(kafka).transactional(id), id, topics, id, FaultHook.NONE)) {
        other.fence();
      }
    }

    /** Reads heartbeats from the first on until one is as wanted. */
    Status awaitStatus(Predicate<Status> wanted) {
      try (Consumer<byte[], byte[]> reader = new LearnerClients(kafka).committedReader("test")) {
        TopicPartition partition = new TopicPartition(topics.status().name(), 0);
        reader.assign(List.of(partition));
        reader.seek(partition, 0);
        Status last = null;
        for (long begun = System.nanoTime(); ; ) {
          requireTime(begun, "another heartbeat than %s", last);
          for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(100))) {
            last = topics.status().codec().decode(record.value());
            if (wanted.test(last)) {
              return last;
            }
          }
        }
      }
    }

    Learner learner(long untilVersion, FaultHook faults) {
      return new Learner(CONFIG, options(untilVersion, faults), TinyRun.base(), Clock.systemUTC());
    }

    LearnerOptions options(long untilVersion, FaultHook faults) {
      return options(untilVersion, faults, false);
    }

    /** Of published weights it keeps on the log what must be kept. */
    Learner frugalLearner(long untilVersion) {
      return new Learner(
          CONFIG,
          options(untilVersion, FaultHook.NONE, false, 0),
          TinyRun.base(),
          Clock.systemUTC());
    }

    LearnerOptions options(long untilVersion, FaultHook faults, boolean acceptDivergence) {
      return options(untilVersion, faults, acceptDivergence, 1L << 32);
    }

    LearnerOptions options(Path model, long untilVersion, FaultHook faults) {
      return options(model, untilVersion, faults, false, 1L << 32);
    }

    private LearnerOptions options(
        long untilVersion, FaultHook faults, boolean acceptDivergence, long keepPublishedBytes) {
      return options(model, untilVersion, faults, acceptDivergence, keepPublishedBytes);
    }

    private LearnerOptions options(
        Path model,
        long untilVersion,
        FaultHook faults,
        boolean acceptDivergence,
        long keepPublishedBytes) {
      return new LearnerOptions(
          kafka,
          topics,
          new HeartbeatSettings("learner-1", Duration.ofSeconds(1)),
          new NewRun("a-run", InitialModel.of(model)),
          PictureFiles.none(),
          new CheckpointSettings(data, 2, 2, Duration.ofDays(1)),
          new PublishedVersions(ElementType.F32, 3, keepPublishedBytes),
          1L << 20,
          new LearnerStart(untilVersion, acceptDivergence, faults));
    }

    /**
     * As it was recorded.
     *
     * @param reader stays the caller's
     */
    RecordedRun recorded(Consumer<byte[], byte[]> reader) {
      return recorded(reader, 1L << 20);
    }

    RecordedRun recorded(Consumer<byte[], byte[]> reader, long activationBytes) {
      return new RecordedRun(
          committed(),
          new CheckpointStore(data),
          reader,
          topics.segments().name(),
          TestDevice.get(),
          PictureFiles.none(),
          activationBytes);
    }

    CommittedVersions committed() {
      try (Consumer<byte[], byte[]> reader = new LearnerClients(kafka).rangeReader("test")) {
        return CommittedVersions.read(reader, topics);
      }
    }

    List<WeightVersion> versions() {
      List<WeightVersion> versions = new ArrayList<>();
      try (Consumer<byte[], byte[]> reader = new LearnerClients(kafka).rangeReader("test")) {
        CommittedVersions.read(reader, topics, versions::add);
      }
      return versions;
    }

    /** The commit records as they lie on the log, for another run's topic. */
    List<ProducerRecord<byte[], byte[]>> versionsFor(Run other) {
      List<ProducerRecord<byte[], byte[]>> copies = new ArrayList<>();
      TopicPartition partition = new TopicPartition(topics.weights().name(), 0);
      try (Consumer<byte[], byte[]> reader = new LearnerClients(kafka).rangeReader("test")) {
        reader.assign(List.of(partition));
        reader.seek(partition, 0);
        long end = reader.endOffsets(List.of(partition)).get(partition);
        while (reader.position(partition) < end) {
          for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(100))) {
            copies.add(
                new ProducerRecord<>(
                    other.topics.weights().name(),
                    0,
                    record.key(),
                    record.value(),
                    record.headers()));
          }
        }
      }
      return copies;
    }

    void copyData(Run to) throws IOException {
      try (var files = Files.walk(data)) {
        for (Path file : files.toList()) {
          Files.createDirectories(to.data.resolve(data.relativize(file)).getParent());
          Files.copy(file, to.data.resolve(data.relativize(file)));
        }
      }
    }
  }
}
