package io.sapo.system.cluster;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A broker of this JVM whose clock is behind. How long things are kept is Kafka's default; only
 * what has expired is looked for every second.
 */
final class AgeingBroker implements AutoCloseable {
  static final Duration REST = Duration.ofDays(30);

  private final int port;
  private final KafkaRaftServer server;

  /** Starts on a folder, which is formatted when new. */
  AgeingBroker(Path folder, Duration behind) throws Exception {
    port = freePort();
    int control = freePort();
    if (!Files.exists(folder.resolve("meta.properties"))) {
      format(folder);
    }
    Properties settings = new Properties();
    settings.putAll(
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", "1"),
            Map.entry("log.dirs", folder.toString()),
            Map.entry(
                "listeners", "PLAINTEXT://localhost:" + port + ",CONTROL://localhost:" + control),
            Map.entry("advertised.listeners", "PLAINTEXT://localhost:" + port),
            Map.entry("controller.listener.names", "CONTROL"),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROL:PLAINTEXT"),
            Map.entry("controller.quorum.voters", "1@localhost:" + control),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "1"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("transaction.state.log.num.partitions", "1"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            // The transaction coordinator keeps to the clock of the system.
            Map.entry("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)),
            Map.entry("log.initial.task.delay.ms", "500"),
            Map.entry("log.retention.check.interval.ms", "1000"),
            Map.entry("offsets.retention.check.interval.ms", "1000"),
            Map.entry("producer.id.expiration.check.interval.ms", "1000"),
            Map.entry("transaction.remove.expired.transaction.cleanup.interval.ms", "1000")));
    server = new KafkaRaftServer(new KafkaConfig(settings, false), new Behind(behind));
    server.startup();
  }

  String bootstrapServers() {
    return "localhost:" + port;
  }

  private static int freePort() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static void format(Path folder) throws Exception {
    Files.createDirectories(folder);
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(1)
        .setClusterId(Uuid.randomUuid().toString())
        .setControllerListenerName("CONTROL")
        .setMetadataLogDirectory(folder.toString())
        .addDirectory(folder.toString())
        .run();
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  /** The system's clock, set back. */
  private record Behind(Duration by) implements Time {
    @Override
    public long milliseconds() {
      return SYSTEM.milliseconds() - by.toMillis();
    }

    @Override
    public long nanoseconds() {
      return SYSTEM.nanoseconds();
    }

    @Override
    public void sleep(long ms) {
      SYSTEM.sleep(ms);
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs)
        throws InterruptedException {
      SYSTEM.waitObject(object, condition, deadlineMs + by.toMillis());
    }
  }

  /** Sets records' times back, as a client would whose clock is the broker's. */
  public static final class SetBack
      implements ProducerInterceptor<Object, Object>, ConsumerInterceptor<Object, Object> {
    @Override
    public ProducerRecord<Object, Object> onSend(ProducerRecord<Object, Object> record) {
      long recent = System.currentTimeMillis() - REST.dividedBy(2).toMillis();
      long now = record.timestamp() == null ? System.currentTimeMillis() : record.timestamp();
      return new ProducerRecord<>(
          record.topic(),
          record.partition(),
          now < recent ? now : now - REST.toMillis(),
          record.key(),
          record.value(),
          record.headers());
    }

    @Override
    public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
      return records;
    }

    @Override
    public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void configure(Map<String, ?> settings) {}

    @Override
    public void close() {}
  }
}
