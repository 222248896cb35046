package io.sapo.admin;

import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Listen;
import io.sapo.admin.run.Explainer;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.Component;
import io.sapo.schemas.Control;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topic;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.testing.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics of a run on a real broker, filled by hand with records like those of a real one. */
final class SyntheticRun implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static EmbeddedBroker broker;

  final Topics topics = new Topics("t" + NUMBER.incrementAndGet() + ".");
  private final KafkaProducer<byte[], byte[]> producer;
  final SyntheticRecords records = new SyntheticRecords();
  private volatile Exception failure;

  SyntheticRun() {
    createTopics();
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", bootstrapServers());
    properties.put("max.request.size", 2 * Topics.MAX_RECORD_BYTES);
    // A starved broker is fenced and comes back with another epoch, which confuses sequences.
    properties.put("enable.idempotence", "false");
    properties.put("max.in.flight.requests.per.connection", "1");
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** A starved machine fences its only broker for a while; then it is tried again. */
  private void createTopics() {
    long start = System.nanoTime();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      while (true) {
        try {
          new TopicAdmin(admin, topics).createAndCheck((short) 1);
          return;
        } catch (ExecutionException e) {
          boolean fenced = e.getCause() instanceof InvalidReplicationFactorException;
          if (!fenced || System.nanoTime() - start > Duration.ofMinutes(1).toNanos()) {
            throw new IllegalStateException(e);
          }
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One broker for all tests of the JVM; it ends with it. */
  static synchronized String bootstrapServers() {
    if (broker == null) {
      try {
        Path folder = Files.createTempDirectory("admin-test-broker");
        broker = EmbeddedBroker.start(folder, 0);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(folder)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return broker.bootstrapServers();
  }

  private static void stop(Path folder) {
    broker.close();
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      System.err.println("left behind " + folder + ": " + e);
    }
  }

  /** As a verifier might explain itself to people. */
  static Optional<Explainer.Reasons> reasons(SegmentedTrajectory record) {
    return Optional.of(
        new Explainer.Reasons("7<i>", "7", "7", "the same number", record.getCorrect()));
  }

  AdminConfig config() {
    return AdminConfig.of(bootstrapServers(), topics.prefix(), Listen.loopback(0));
  }

  <T extends SpecificRecordBase> void send(Topic<T> topic, String key, T value) {
    send(topic.record(key, value));
  }

  /** Does not wait; tests wait for what the server makes of it. */
  void send(ProducerRecord<byte[], byte[]> record) {
    producer.send(
        record,
        (written, e) -> {
          if (e != null) {
            failure = e;
          }
        });
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }

  /** Waits until the broker has what was sent. */
  void flush() {
    producer.flush();
  }

  void heartbeat(Component component, String state, long version, Map<String, Double> gauges) {
    String instance = component.name().toLowerCase(Locale.ROOT) + "-1";
    heartbeat(component, instance, state, version, gauges, System.currentTimeMillis());
  }

  void heartbeat(
      Component component,
      String instance,
      String state,
      long version,
      Map<String, Double> gauges,
      long now) {
    send(
        topics.status(),
        component + "/" + instance,
        Status.newBuilder()
            .setComponent(component)
            .setInstance(instance)
            .setState(state)
            .setVersion(version)
            .setStartedAtMs(now - 60_000)
            .setAtMs(now)
            // Long, so that a heartbeat stays fresh for the length of a test.
            .setIntervalMs(60_000)
            .setGauges(gauges)
            .setInfo(Map.of("device", "cpu", "kafka.password", "hunter2"))
            .build());
  }

  void heartbeats(long version) {
    heartbeat(Component.PRODUCER, "running", version, Map.of("tokens_per_second", 2150.0));
    heartbeat(Component.SEGMENTER, "running", version, Map.of("records_per_second", 31.5));
    heartbeat(Component.LEARNER, "running", version, Map.of("lag_records", 64.0));
  }

  /** Version {@code n}, trained on segments offsets [from, to), the last of which is skipped. */
  void version(long n, long from, long to) {
    send(topics.weights(), Long.toString(n), records.version(n, from, to));
  }

  /** Version 99, in a transaction that is aborted. */
  void abortedVersion() {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", bootstrapServers());
    properties.put("transactional.id", topics.prefix() + "aborting");
    try (KafkaProducer<byte[], byte[]> aborting =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      aborting.initTransactions();
      aborting.beginTransaction();
      aborting.send(topics.weights().record("99", records.version(99, 0, 0)));
      aborting.flush();
      aborting.abortTransaction();
    }
  }

  /** Deletes the records below an offset of partition 0, as retention would. */
  void expire(String topic, long before) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(before)))
          .all()
          .get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void evaluation(long version, double accuracy) {
    send(
        topics.evaluations(),
        Long.toString(version),
        SyntheticRecords.evaluation(version, accuracy));
  }

  void segment(SegmentedTrajectory record) {
    send(topics.segments(), record.getTrajectory().getGroupId(), record);
  }

  void credit(SegmentedTrajectory record, long version) {
    send(
        topics.credits(),
        record.getTrajectory().getTrajectoryId(),
        records.credit(record, version));
  }

  void deadLetter(byte[] value, String reason, String detail) {
    send(
        new ProducerRecord<>(
            topics.deadLetters(),
            null,
            Topic.keyBytes("group-x"),
            value,
            DeadLetters.headers(reason, detail, topics.trajectories().name(), 2, 41)));
  }

  void command(Control command) {
    send(topics.control(), command.getTarget(), command);
  }

  void commitGroup(String group, String topic, long offset) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      admin
          .alterConsumerGroupOffsets(
              group, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(offset)))
          .all()
          .get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
