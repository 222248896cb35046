package io.sapo.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.run.RoleKind;
import io.sapo.system.run.RunningRole;
import io.sapo.system.run.RunningRoles;
import io.sapo.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run that is left alone for thirty days, on a broker with Kafka's defaults. */
class RestedRunTest {
  private static final Topics TOPICS = new Topics("sapo.");
  private static final String OTHER = "other";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;
  private final RunningRoles roles = new RunningRoles();
  private Path checkpoint;

  @Test
  @Timeout(300)
  void itGoesOnThoughTheBrokerHasForgottenWhereItsReadersWere() throws Exception {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Path data = folder.resolve("broker");
    try (AgeingBroker broker = new AgeingBroker(data, AgeingBroker.REST)) {
      start(
          broker,
          "kafka.client.interceptor.classes=" + AgeingBroker.SetBack.class.getName(),
          "kafka.client.session.timeout.ms=6000");
      Await.until("version 3", PATIENCE, () -> newest(broker) >= 3);
      roles.close();
      assertThat(positions(broker)).isPositive();
      Await.until("no reader is left", PATIENCE, () -> isEmpty(broker));
      leaveOldRecord(broker);
    }
    try (AgeingBroker broker = new AgeingBroker(data, Duration.ZERO)) {
      Await.until("a week's records expired", PATIENCE, () -> oldRecordIsGone(broker));
      forgetPositions(broker);
      long before = newest(broker);
      start(broker);
      Await.until("more versions", PATIENCE, () -> newest(broker) >= before + 3);
      for (RunningRole role : roles.all()) {
        assertThat(role.end()).as("nothing failed").isNotDone();
      }
      roles.close();
      Map<String, Object> client = client(broker);
      try (Admin admin = Admin.create(client);
          CommittedLog log = new CommittedLog(admin, client)) {
        assertThat(RunAudit.of(admin, log, TOPICS).run(null).findings()).isEmpty();
      }
    }
  }

  private void start(AgeingBroker broker, String... more) {
    List<String> settings = new ArrayList<>(List.of(more));
    settings.add("kafka.bootstrap-servers=" + broker.bootstrapServers());
    settings.add("run.updates=1000000");
    for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER, RoleKind.PRODUCER)) {
      roles.add(
          RunningRole.start(
              kind, folder.resolve("data"), checkpoint, settings.toArray(String[]::new)));
    }
    for (RunningRole role : roles.all()) {
      assertThat(role.awaitReady()).isEqualTo("ready");
    }
  }

  private static Map<String, Object> client(AgeingBroker broker) {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  /** How many positions of the segmenter the broker knows. */
  private static int positions(AgeingBroker broker) {
    try (Admin admin = Admin.create(client(broker))) {
      return admin
          .listConsumerGroupOffsets(TOPICS.prefix() + "segmenter")
          .partitionsToOffsetAndMetadata()
          .get()
          .size();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Into a topic that has only defaults. */
  private static void leaveOldRecord(AgeingBroker broker) throws Exception {
    try (Admin admin = Admin.create(client(broker));
        Producer<byte[], byte[]> producer = ProducerClients.create(client(broker), Map.of())) {
      admin.createTopics(List.of(new NewTopic(OTHER, 1, (short) 1))).all().get();
      long then = System.currentTimeMillis() - AgeingBroker.REST.toMillis();
      producer.send(new ProducerRecord<>(OTHER, 0, then, null, new byte[] {1})).get();
    }
  }

  private static boolean oldRecordIsGone(AgeingBroker broker) {
    TopicPartition partition = new TopicPartition(OTHER, 0);
    try (Admin admin = Admin.create(client(broker))) {
      return admin
              .listOffsets(Map.of(partition, OffsetSpec.earliest()))
              .partitionResult(partition)
              .get()
              .offset()
          == 1;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As a broker does after a week; its coordinator keeps to the clock of the system. */
  private static void forgetPositions(AgeingBroker broker) throws Exception {
    try (Admin admin = Admin.create(client(broker))) {
      admin.deleteConsumerGroups(List.of(TOPICS.prefix() + "segmenter")).all().get();
    }
    assertThat(positions(broker)).isZero();
  }

  /** Whether the segmenter is known to be gone; Kafka Streams does not say so when it ends. */
  private static boolean isEmpty(AgeingBroker broker) {
    String group = TOPICS.prefix() + "segmenter";
    try (Admin admin = Admin.create(client(broker))) {
      return admin
              .describeConsumerGroups(List.of(group))
              .describedGroups()
              .get(group)
              .get()
              .groupState()
          == GroupState.EMPTY;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long newest(AgeingBroker broker) {
    long[] newest = {-1};
    try (TopicScan scan = new TopicScan(client(broker))) {
      scan.read(
          TOPICS.weights().name(),
          record -> {
            newest[0] = TOPICS.weights().codec().decode(record.value()).getVersion();
            return false;
          });
    }
    return newest[0];
  }
}
