package io.sapo.standalone;

import ai.djl.Device;
import io.sapo.learner.FaultHook;
import io.sapo.learner.Learner;
import io.sapo.learner.LearnerOptions;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearningRateSchedule;
import io.sapo.learner.config.NetworkSettings;
import io.sapo.learner.config.OptimizerSettings;
import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.training.AdamWConfig;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Topic;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.sapo.schemas.WeightVersion;
import io.sapo.segmenter.Segmenter;
import io.sapo.segmenter.SegmenterConfig;
import io.sapo.standalone.kafka.CommittedLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A run of the real segmenter and the real learner over trajectories made up here: a text model of
 * a few thousand parameters, six updates of eight trajectories, one undecodable record, some that
 * are left over.
 */
public record RecordedRun(Map<String, Object> kafka, Topics topics, Path data) {
  public static final int UPDATES = 6;
  public static final int BATCH = 8;
  private static final int VOCABULARY = 48;
  private static final String MODEL =
      """
      {"model_type": "qwen2", "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 48,
       "max_position_embeddings": 128, "num_attention_heads": 4, "num_hidden_layers": 2,
       "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "eos_token_id": 2,
       "initializer_range": 0.05, "tie_word_embeddings": true, "vocab_size": 48,
       "torch_dtype": "float32"}
      """;

  /** What a copy of a record holds instead; null leaves it out. */
  public interface Alteration {
    byte[] value(ConsumerRecord<byte[], byte[]> record);

    /**
     * The same after a commit record has been joined to the one before.
     *
     * @param value as joined
     */
    default byte[] written(ConsumerRecord<byte[], byte[]> record, byte[] value) {
      return value;
    }
  }

  public static RecordedRun train(Map<String, Object> kafka, Path folder) throws Exception {
    RecordedRun run = new RecordedRun(kafka, new Topics("run."), folder.resolve("learner"));
    Path model = folder.resolve("model");
    writeModel(model);
    run.createTopics();
    run.produce(UPDATES * BATCH + 4);
    run.segment(folder.resolve("segmenter"));
    run.learn(model, UPDATES, 2, FaultHook.NONE);
    return run;
  }

  /**
   * A learner of this run's on other topics, which exist and hold its first version, fed with as
   * many new trajectories.
   */
  public RecordedRun goOn(String prefix, Path learnerData, Path scratch, long until)
      throws Exception {
    RecordedRun other = new RecordedRun(kafka, new Topics(prefix), learnerData);
    other.produce(UPDATES * BATCH + 4);
    other.segment(scratch);
    other.learn(data.resolveSibling("model"), until, 2, FaultHook.NONE);
    return other;
  }

  /** Trains up to a version, from where the run is. */
  public void learn(Path model, long until, int checkpointEvery, FaultHook faults)
      throws InterruptedException {
    new Learner(
            config(),
            new LearnerOptions(
                kafka,
                topics,
                "learner",
                "a-run",
                model,
                null,
                data,
                PictureFiles.none(),
                checkpointEvery,
                2,
                Duration.ofDays(1),
                3,
                ElementType.F32,
                1L << 32,
                1L << 30,
                until,
                false,
                Duration.ofSeconds(1),
                faults),
            BaseModel.trainedWhole(CheckpointFolder.open(model).config(), Device.cpu()),
            Clock.systemUTC())
        .run();
  }

  public static LearnerConfig config() {
    OptimizerSettings optimizer =
        new OptimizerSettings(3e-3, AdamWConfig.DEFAULT, 1, LearningRateSchedule.CONSTANT);
    return new LearnerConfig(
        NetworkSettings.WHOLE,
        AlgorithmSettings.of(Algorithm.SAPO),
        BATCH,
        4,
        96,
        64,
        1,
        optimizer,
        optimizer,
        0,
        0,
        UPDATES,
        7,
        LearnerConfig.MATHEMATICS);
  }

  private static void writeModel(Path folder) throws IOException {
    Files.createDirectories(folder.getParent());
    Path file = Files.createTempFile(folder.getParent(), "config", ".json");
    ModelConfig config = ModelConfig.read(Files.writeString(file, MODEL));
    try (Weights weights = Weights.random(config, Head.LANGUAGE_MODEL, 5, Device.cpu())) {
      CheckpointFolder.write(
          folder,
          Map.of(CheckpointFolder.CONFIG, MODEL.getBytes(StandardCharsets.UTF_8)),
          weights.tensors(),
          io.sapo.policy.checkpoint.ElementType.F32);
    }
  }

  public void createTopics() throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(kafka)) {
      new TopicAdmin(admin, topics).createAndCheck((short) 1);
    }
  }

  private void produce(int count) {
    Random random = new Random(3);
    try (Producer<byte[], byte[]> producer = producer(null)) {
      for (int number = 0; number < count; number++) {
        Trajectory trajectory = trajectory(number, random);
        producer.send(topics.trajectories().record(trajectory.getGroupId(), trajectory));
        if (number == count / 2) {
          producer.send(
              new ProducerRecord<>(topics.trajectories().name(), new byte[] {1}, new byte[] {9}));
        }
      }
    }
  }

  /** One that is sound, begun with version 0, alone in its group, about nothing. */
  public static Trajectory trajectory(int number, Random random) {
    int tokens = 3 + random.nextInt(14);
    int[] prompt = random.ints(4 + random.nextInt(6), 3, VOCABULARY).toArray();
    int[] response = random.ints(tokens, 3, VOCABULARY).toArray();
    int[] charEnds = new int[tokens];
    float[] logProbs = new float[tokens];
    float[] entropies = new float[tokens];
    StringBuilder text = new StringBuilder();
    for (int t = 0; t < tokens; t++) {
      logProbs[t] = (float) -(Math.log(VOCABULARY) + 0.2 * random.nextDouble());
      entropies[t] = (float) (3 + random.nextDouble());
      text.append((char) ('a' + response[t] % 26));
      charEnds[t] = text.length();
    }
    return Trajectory.newBuilder()
        .setTrajectoryId("t" + number)
        .setGroupId("g" + number)
        .setGroupSize(1)
        .setTaskId("task" + number)
        .setProducerId("p")
        .setPrompt("a prompt")
        .setPromptTokens(PackedArrays.pack(prompt))
        .setPictures(List.of())
        .setResponseTokens(PackedArrays.pack(response))
        .setResponseText(text.toString())
        .setTokenCharEnds(PackedArrays.pack(charEnds))
        .setLogProbs(PackedArrays.pack(logProbs))
        .setEntropies(PackedArrays.pack(entropies))
        .setVersions(List.of(new VersionRun(0L, tokens)))
        .setSampling(new Sampling(1.0, 1.0, 0, 32))
        .setFinishReason(FinishReason.STOP)
        .setAnswer(number % 2 == 0 ? text.toString() : "other")
        .setVerifier("exact")
        .setSeed((long) number)
        .setStartedAtMs(0)
        .setFinishedAtMs(1)
        .build();
  }

  private void segment(Path state) throws InterruptedException {
    try (Segmenter segmenter =
            new Segmenter(kafka, topics, SegmenterConfig.defaults(state), "segmenter");
        Admin admin = Admin.create(kafka);
        CommittedLog log = new CommittedLog(admin, kafka)) {
      segmenter.start();
      TopicPartition segments = new TopicPartition(topics.segments().name(), 0);
      List<String> seen = new ArrayList<>();
      while (seen.size() < UPDATES * BATCH + 4) {
        seen.clear();
        log.read(segments, 0, log.end(segments), record -> seen.add(""));
      }
    }
  }

  /**
   * The same run under another prefix, offset for offset, with what a test alters. A record that is
   * left out leaves no gap.
   */
  public RecordedRun copy(String prefix, Alteration alteration) throws Exception {
    RecordedRun copy = new RecordedRun(kafka, new Topics(prefix), data);
    copy.createTopics();
    try (Admin admin = Admin.create(kafka);
        CommittedLog log = new CommittedLog(admin, kafka);
        Producer<byte[], byte[]> producer = producer(prefix + "copier")) {
      producer.initTransactions();
      for (String name :
          List.of(
              topics.trajectories().name(),
              topics.segments().name(),
              topics.weights().name(),
              topics.weightChunks().name(),
              topics.credits().name(),
              topics.deadLetters())) {
        for (TopicPartition partition : log.partitions(name)) {
          copyPartition(log, partition, prefix, producer, alteration);
        }
      }
      copyPositions(admin, "segmenter", copy);
      copyPositions(admin, "learner", copy);
    }
    return copy;
  }

  private void copyPartition(
      CommittedLog log,
      TopicPartition partition,
      String prefix,
      Producer<byte[], byte[]> producer,
      Alteration alteration) {
    boolean versions = partition.topic().equals(topics.weights().name());
    String parentSha256 = null;
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long end = log.end(partition);
    log.read(partition, 0, end, records::add);
    String target = prefix + partition.topic().substring(topics.prefix().length());
    for (int i = 0; i < records.size(); i++) {
      ConsumerRecord<byte[], byte[]> record = records.get(i);
      if (i == 0 || records.get(i - 1).offset() + 1 < record.offset()) {
        producer.beginTransaction();
      }
      byte[] value = alteration.value(record);
      if (value != null) {
        byte[] copied = alteration.written(record, versions ? chained(value, parentSha256) : value);
        parentSha256 = RecordDigest.of(copied);
        ProducerRecord<byte[], byte[]> copy =
            new ProducerRecord<>(
                target, partition.partition(), record.key(), copied, headers(record, prefix));
        producer.send(versions ? RecordDigest.sealed(copy) : copy);
      }
      long next = i + 1 < records.size() ? records.get(i + 1).offset() : end;
      if (record.offset() + 1 < next || i + 1 == records.size()) {
        producer.commitTransaction();
      }
    }
  }

  /** A commit record as a learner would have written it behind the one before. */
  private byte[] chained(byte[] value, String parentSha256) {
    WeightVersion version = topics.weights().codec().decode(value);
    version.setParentSha256(parentSha256);
    return topics.weights().codec().encode(version);
  }

  /** A dead letter names the topic it comes from. */
  private Headers headers(ConsumerRecord<byte[], byte[]> record, String prefix) {
    RecordHeaders headers = new RecordHeaders(record.headers());
    Header source = headers.lastHeader(DeadLetters.SOURCE_TOPIC);
    if (source != null) {
      String topic = prefix + Topic.keyText(source.value()).substring(topics.prefix().length());
      headers.remove(DeadLetters.SOURCE_TOPIC);
      headers.add(DeadLetters.SOURCE_TOPIC, Topic.keyBytes(topic));
    }
    return headers;
  }

  private void copyPositions(Admin admin, String group, RecordedRun copy) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    admin
        .listConsumerGroupOffsets(topics.prefix() + group)
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach(
            (partition, position) ->
                positions.put(
                    new TopicPartition(
                        copy.topics.prefix()
                            + partition.topic().substring(topics.prefix().length()),
                        partition.partition()),
                    new OffsetAndMetadata(position.offset())));
    admin.alterConsumerGroupOffsets(copy.topics.prefix() + group, positions).all().get();
  }

  /** Writes one more record. */
  public void append(String topic, String key, byte[] value) {
    try (Producer<byte[], byte[]> producer = producer(null)) {
      producer.send(new ProducerRecord<>(topic, Topic.keyBytes(key), value));
    }
  }

  public Producer<byte[], byte[]> producer(String transactionalId) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put("max.request.size", Topics.MAX_RECORD_BYTES);
    if (transactionalId != null) {
      config.put("transactional.id", transactionalId);
    }
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
