package io.sapo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  private static final String TOPIC = "kept";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  @TempDir Path folder;
  private Process victim;

  /** One that is waited for in vain would run on. */
  @AfterEach
  void endVictim() throws InterruptedException {
    if (victim != null) {
      victim.destroyForcibly().waitFor();
    }
  }

  @Test
  void recordsTransactionsAndPositionsSurviveARestartOnTheSameData() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      createTopic(broker);
      sendInOneTransaction(broker, "first", 1);
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      sendInOneTransaction(broker, "second", 2);
      assertThat(read(broker)).containsExactly("first", "second");
      assertThat(position(broker)).isEqualTo(2);
    }
  }

  @Test
  void oneThatEndedInOrderIsSucceededAtOnce() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      createTopic(broker);
      assertThat(DataFolder.isSignedOff(folder)).isFalse();
    }
    assertThat(DataFolder.isSignedOff(folder)).isTrue();
    // With this session a registration that still stood would be refused for minutes.
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      sendInOneTransaction(broker, "first", 1);
      assertThat(DataFolder.isSignedOff(folder)).isFalse();
    }
  }

  /** A process of its own, to be killed. */
  static final class Victim {
    public static void main(String[] arguments) throws Exception {
      EmbeddedBroker broker = EmbeddedBroker.start(Path.of(arguments[0]), 0);
      createTopic(broker);
      sendInOneTransaction(broker, "first", 1);
      System.out.println(broker.bootstrapServers());
      Thread.currentThread().join();
    }
  }

  /** Shorter than the dead broker's registration stands by itself. */
  @Test
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  void killedBrokerIsSucceededWithItsRecords() throws Exception {
    victim =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-BytecodeVerificationRemote",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = victim.inputReader()) {
      assertThat(out.readLine()).startsWith("127.0.0.1:");
    } finally {
      victim.destroyForcibly().waitFor();
    }
    assertThat(DataFolder.isSignedOff(folder)).isFalse();
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      sendInOneTransaction(broker, "second", 2);
      assertThat(read(broker)).containsExactly("first", "second");
    }
  }

  @Test
  void takenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedBroker.start(folder, taken.getLocalPort()))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("in use");
    }
  }

  @Test
  void folderInUseIsNamedAndItsBrokerLivesOn() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      assertThatThrownBy(() -> EmbeddedBroker.start(folder, 0))
          .isInstanceOf(BrokerException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("a run is going on there");
      createTopic(broker);
      assertThat(broker.failure()).isNotDone();
    }
  }

  @Test
  void damagedFolderIsAnErrorNotAnExit() throws Exception {
    EmbeddedBroker.start(folder, 0).close();
    Files.writeString(folder.resolve("meta.properties"), "version=1\nnode.id=7\n");
    assertThatThrownBy(() -> EmbeddedBroker.start(folder, 0))
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining(folder.toString());
  }

  @Test
  void haltInsideKafkaIsReportedInsteadOfEndingTheProcess() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      assertThatThrownBy(() -> Exit.halt(1, "log folder failed"))
          .isInstanceOf(BrokerException.class);
      assertThat(broker.failure())
          .isCompletedWithValueMatching(e -> e.getMessage().contains("log folder failed"));
    }
  }

  /** Readers allocate a record whole: one of gigabytes would end each of them, at every start. */
  @Test
  void aRecordThatIsTooLargeOnceDecompressedIsRefused() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      createTopic(broker);
      Map<String, Object> config =
          Map.of(
              "bootstrap.servers",
              broker.bootstrapServers(),
              "compression.type",
              "zstd",
              "max.request.size",
              1 << 30,
              "buffer.memory",
              1 << 30);
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
        assertThat(producer.send(new ProducerRecord<>(TOPIC, new byte[64 << 20])))
            .failsWithin(Duration.ofSeconds(60))
            .withThrowableThat()
            .withCauseInstanceOf(RecordTooLargeException.class);
        assertThat(producer.send(new ProducerRecord<>(TOPIC, new byte[16 << 20])))
            .succeedsWithin(Duration.ofSeconds(60))
            .extracting(RecordMetadata::offset)
            .isEqualTo(0L);
      }
    }
  }

  private static void createTopic(EmbeddedBroker broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) -1))).all().get();
    }
  }

  private static void sendInOneTransaction(EmbeddedBroker broker, String value, long position) {
    try (KafkaConsumer<String, String> consumer = consumer(broker);
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "test"),
                new StringSerializer(),
                new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(TOPIC, value));
      producer.sendOffsetsToTransaction(
          Map.of(PARTITION, new OffsetAndMetadata(position)), consumer.groupMetadata());
      producer.commitTransaction();
    }
  }

  private static List<String> read(EmbeddedBroker broker) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = consumer(broker)) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      while (values.size() < 2) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(10))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  private static long position(EmbeddedBroker broker) {
    try (KafkaConsumer<String, String> consumer = consumer(broker)) {
      return consumer.committed(Set.of(PARTITION)).get(PARTITION).offset();
    }
  }

  private static KafkaConsumer<String, String> consumer(EmbeddedBroker broker) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "group.id",
            "test",
            "enable.auto.commit",
            false,
            "isolation.level",
            "read_committed");
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }
}
