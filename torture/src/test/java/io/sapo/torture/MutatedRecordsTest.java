package io.sapo.torture;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.RecordedRun;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.learner.Learner;
import io.sapo.learner.LearnerClients;
import io.sapo.learner.LearnerOptions;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.config.CheckpointSettings;
import io.sapo.learner.config.InitialModel;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearnerStart;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.NewRun;
import io.sapo.learner.config.PublishedVersions;
import io.sapo.learner.input.Admission;
import io.sapo.learner.input.Position;
import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.RolloutSettings;
import io.sapo.producer.StalenessBound;
import io.sapo.producer.WeightUptake;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.rollout.RolloutProducer;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.Split;
import io.sapo.producer.task.TaskSpec;
import io.sapo.producer.weights.FollowedWeights;
import io.sapo.producer.weights.WeightFollower;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.testing.Await;
import io.sapo.testing.Mutations;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged records on every topic that a role reads, on a real broker: nothing crashes or hangs, and
 * each is accounted for where that reader accounts. (Trajectories: the test of the same name in
 * {@code segmenter-stream}.) {@code -Dsapo.fuzz.records=100000} sends more, {@code
 * -Dsapo.fuzz.seed=N} others.
 */
class MutatedRecordsTest {
  private static final int RECORDS = Integer.getInteger("sapo.fuzz.records", 300);
  private static final long SEED = Long.getLong("sapo.fuzz.seed", 1);
  private static final Duration PATIENCE = Duration.ofMinutes(8);

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static Map<String, Object> kafka;
  private static RecordedRun run;

  @BeforeAll
  static void train() throws Exception {
    broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    run = RecordedRun.train(kafka, folder);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static Topics topics(String prefix) throws Exception {
    Topics topics = new Topics(prefix);
    try (Admin admin = Admin.create(kafka)) {
      assertThat(new TopicAdmin(admin, topics).createAndCheck((short) 1)).isEmpty();
    }
    return topics;
  }

  private static void send(List<ProducerRecord<byte[], byte[]>> records) {
    try (Producer<byte[], byte[]> producer = ProducerClients.create(kafka, Map.of())) {
      records.forEach(producer::send);
    }
  }

  private static List<byte[]> values(String topic) {
    List<byte[]> values = new ArrayList<>();
    try (Admin admin = Admin.create(kafka);
        CommittedLog log = new CommittedLog(admin, kafka)) {
      for (TopicPartition partition : log.partitions(topic)) {
        log.read(partition, 0, log.end(partition), record -> values.add(record.value()));
      }
    }
    return values;
  }

  private static long count(String topic) {
    try (Admin admin = Admin.create(kafka);
        CommittedLog log = new CommittedLog(admin, kafka)) {
      return log.partitions(topic).stream().mapToLong(log::end).sum();
    }
  }

  private static Learner learner(Topics topics, LearnerConfig config, Path model, long until) {
    return new Learner(
        config,
        new LearnerOptions(
            kafka,
            topics,
            new HeartbeatSettings("learner", Duration.ofSeconds(1)),
            new NewRun("a-run", InitialModel.of(model)),
            PictureFiles.none(),
            new CheckpointSettings(
                folder.resolve(topics.prefix() + "data"), 1_000, 2, Duration.ofDays(1)),
            new PublishedVersions(ElementType.F32, 1_000_000, 1L << 32),
            1L << 30,
            LearnerStart.until(until)),
        BaseModel.trainedWhole(CheckpointFolder.open(model).config(), Device.cpu()),
        Clock.systemUTC());
  }

  /** As recorded, and whatever the version it was begun with. */
  private static LearnerConfig patient() {
    LearnerConfig c = RecordedRun.config();
    return new LearnerConfig(
        NetworkSettings.WHOLE,
        c.algorithm(),
        c.batch().withMaxStaleness(1_000_000),
        c.steps(),
        c.actor(),
        c.critic(),
        c.seed(),
        c.mathematics());
  }

  private static List<WeightVersion> versions(Topics topics) {
    try (Consumer<byte[], byte[]> reader = new LearnerClients(kafka).committedReader("fuzz")) {
      List<WeightVersion> versions = new ArrayList<>();
      CommittedVersions.read(reader, topics, versions::add);
      return versions;
    }
  }

  @Test
  void segmentsAreTrainedOnOrSkippedWithAReason() throws Exception {
    Topics topics = topics("segments.");
    List<byte[]> samples = values(run.topics().segments().name());
    Mutations mutations = new Mutations(SEED);
    Path model = folder.resolve("model");
    ModelConfig config = CheckpointFolder.open(model).config();
    Admission admission = new Admission(config, null, patient().batch().maxSequenceTokens());
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    int batch = patient().batch().size();
    int admitted = 0;
    for (int i = 0; i < RECORDS; i++) {
      byte[] value = mutations.of(samples.get(i % samples.size()));
      var record = admission.admit(new Position(0, i), value);
      // One begun with a later version is refused while that version is still to come.
      boolean possible =
          record.refusal() == null && record.example().startVersion() <= RECORDS / batch;
      admitted += possible ? 1 : 0;
      records.add(new ProducerRecord<>(topics.segments().name(), value));
    }
    for (int i = 0; i < admitted + batch; i++) {
      records.add(new ProducerRecord<>(topics.segments().name(), samples.get(i % samples.size())));
    }
    send(records);
    long until = admitted / batch + 1;
    assertThat(learner(topics, patient(), model, until).run()).isEqualTo(until);
    long consumed = 0;
    long next = 0;
    List<String> reasons = new ArrayList<>();
    for (WeightVersion version : versions(topics).subList(1, (int) until + 1)) {
      InputRange range = version.getInputs().get(0);
      assertThat(range.getFrom()).isEqualTo(next);
      next = range.getTo();
      consumed += range.getTrained() + InputRanges.skipped(range);
      range.getSkipped().stream().map(Skipped::getReason).forEach(reasons::add);
      assertThat(version.getMetrics().values()).as("seed %d", SEED).allMatch(Double::isFinite);
    }
    assertThat(consumed).as("seed %d", SEED).isEqualTo(next).isGreaterThanOrEqualTo(RECORDS);
    assertThat(reasons).allSatisfy(reason -> assertThat(reason).isNotBlank());
    assertThat(admitted).as("some damage is harmless").isPositive();
    assertThat(reasons).as("what the damage reached").hasSizeGreaterThan(RECORDS / 10);
  }

  @Test
  void tasksAreAnsweredOrBecomeDeadLetters() throws Exception {
    Topics topics = topics("tasks.");
    Path model = TinyCheckpoint.write(folder.resolve("tiny"));
    learner(topics, patient(), model, 0).run();
    Mutations mutations = new Mutations(SEED);
    FiguresTaskSource source = new FiguresTaskSource(Split.TRAINING, SEED);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      byte[] value = topics.tasks().codec().encode(source.next().orElseThrow());
      records.add(new ProducerRecord<>(topics.tasks().name(), mutations.of(value)));
    }
    send(records);
    ProducerConfig config =
        new ProducerConfig(
            new HeartbeatSettings("producer-0", Duration.ofSeconds(1)),
            TaskSpec.of("topic"),
            Curriculum.Bounds.NONE,
            1,
            new PromptSettings(ProfileSettings.DEFAULT, PictureSettings.INLINE, 300),
            new RolloutSettings(new Sampling(1, 1, 0, 1), 1, 64, 8, WeightUptake.IN_FLIGHT, "cpu"),
            new StalenessBound(1, 10_000_000, 1),
            EngineSettings.BUILTIN);
    try (RolloutProducer producer =
        RolloutProducer.open(config, CheckpointFolder.open(model), base(model), topics, kafka)) {
      producer.start();
      Await.until(
          "an outcome of each task",
          PATIENCE,
          () -> {
            assertThat(producer.done()).as("seed %d", SEED).isNotDone();
            return count(topics.trajectories().name()) + count(topics.deadLetters()) >= RECORDS;
          });
    }
    long refused = count(topics.deadLetters());
    assertThat(count(topics.trajectories().name()) + refused).isEqualTo(RECORDS);
    assertThat(refused).isBetween(RECORDS / 10L, RECORDS - 1L);
    try (Admin admin = Admin.create(kafka);
        CommittedLog log = new CommittedLog(admin, kafka)) {
      TopicPartition partition = new TopicPartition(topics.deadLetters(), 0);
      log.read(
          partition,
          0,
          log.end(partition),
          record ->
              assertThat(DeadLetters.header(record.headers(), DeadLetters.REASON)).isNotEmpty());
    }
  }

  @Test
  void commitRecordsAreRefusedAndCountedByProducers() throws Exception {
    Topics topics = topics("versions.");
    Path model = folder.resolve("model");
    learner(topics, patient(), model, 0).run();
    WeightVersion version = versions(topics).get(0);
    Mutations mutations = new Mutations(SEED);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    int damaged = 0;
    for (int i = 0; i < RECORDS; i++) {
      ProducerRecord<byte[], byte[]> sealed =
          RecordDigest.sealed(topics.weights().record("0", version));
      byte[] value = mutations.of(sealed.value());
      damaged += Arrays.equals(value, sealed.value()) ? 0 : 1;
      records.add(
          new ProducerRecord<>(sealed.topic(), null, sealed.key(), value, sealed.headers()));
    }
    send(records);
    int expected = damaged;
    try (WeightFollower follower =
        new WeightFollower(kafka, topics, base(folder.resolve("model")), () -> {})) {
      follower.start();
      Await.until(
          "a refusal of each damaged record",
          PATIENCE,
          () -> {
            assertThat(follower.failure()).as("seed %d", SEED).isNotDone();
            return follower.refusals().count() >= expected;
          });
      assertThat(follower.refusals().count()).isEqualTo(expected);
      // The records are all read before the weights that the good ones name.
      AtomicReference<FollowedWeights> taken = new AtomicReference<>();
      Await.until(
          "the weights",
          PATIENCE,
          () -> {
            follower.take().ifPresent(taken::set);
            return taken.get() != null;
          });
      try (FollowedWeights weights = taken.get()) {
        assertThat(weights.weights().sha256()).isEqualTo(version.getActorSha256());
      }
    }
  }

  @Test
  void commandsAreLeftOut() throws Exception {
    Topics topics = topics("control.");
    Control pause = new Control("c", ControlAction.PAUSE, "learner", "a test", 0L);
    Control resume = new Control("c", ControlAction.RESUME, "learner", "a test", 0L);
    Mutations mutations = new Mutations(SEED);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      byte[] value = topics.control().codec().encode(i % 2 == 0 ? pause : resume);
      records.add(new ProducerRecord<>(topics.control().name(), mutations.of(value)));
    }
    records.add(topics.control().record("learner", resume));
    values(run.topics().segments().name())
        .forEach(value -> records.add(new ProducerRecord<>(topics.segments().name(), value)));
    send(records);
    assertThat(learner(topics, patient(), folder.resolve("model"), 2).run()).isEqualTo(2);
  }

  private static BaseModel base(Path model) {
    return BaseModel.trainedWhole(CheckpointFolder.open(model).config(), Device.cpu());
  }
}
