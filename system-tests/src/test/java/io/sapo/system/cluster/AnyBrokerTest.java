package io.sapo.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.command.CommandFailure;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.run.RoleKind;
import io.sapo.system.run.RunningRole;
import io.sapo.system.run.RunningRoles;
import io.sapo.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * What must hold whoever runs the broker: the embedded one, and one in a container where a Docker
 * engine answers that has the image, which {@code docker/build} makes.
 */
@Timeout(180)
class AnyBrokerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String IMAGE = System.getProperty("sapo.broker.image", "sapo-broker");

  enum Where {
    EMBEDDED,
    CONTAINER
  }

  private interface Broker extends AutoCloseable {
    String servers();

    @Override
    void close();
  }

  @TempDir static Path folder;
  private static Path checkpoint;
  private static final Map<Where, Optional<Broker>> BROKERS = new HashMap<>();

  private final RunningRoles started = new RunningRoles();

  @BeforeAll
  static void writeCheckpoint() throws Exception {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
  }

  @AfterAll
  static void stopBrokers() {
    BROKERS.values().forEach(broker -> broker.ifPresent(Broker::close));
  }

  @AfterEach
  void stopRoles() {
    started.close();
  }

  private static String servers(Where where) {
    Optional<Broker> broker =
        BROKERS.computeIfAbsent(
            where, key -> key == Where.EMBEDDED ? Optional.of(embedded()) : container());
    assumeTrue(broker.isPresent(), "a Docker engine with the image " + IMAGE);
    return broker.get().servers();
  }

  private static Broker embedded() {
    EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    return new Broker() {
      @Override
      public String servers() {
        return broker.bootstrapServers();
      }

      @Override
      public void close() {
        broker.close();
      }
    };
  }

  private static Optional<Broker> container() {
    if (!imageIsThere()) {
      return Optional.empty();
    }
    KafkaContainer container =
        new KafkaContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka"))
            .withEnv("KAFKA_MESSAGE_MAX_BYTES", "33554432")
            .withEnv("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "1");
    container.start();
    return Optional.of(
        new Broker() {
          @Override
          public String servers() {
            return container.getBootstrapServers();
          }

          @Override
          public void close() {
            container.stop();
          }
        });
  }

  private static boolean imageIsThere() {
    try {
      return new ProcessBuilder("docker", "image", "inspect", IMAGE)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private RunningRole start(RoleKind kind, Where where, String prefix, String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of("kafka.bootstrap-servers=" + servers(where), "kafka.topic-prefix=" + prefix));
    settings.addAll(List.of(more));
    RunningRole role =
        RunningRole.start(
            kind, folder.resolve(where + prefix), checkpoint, settings.toArray(String[]::new));
    return started.add(role);
  }

  /** On the embedded one other tests' runs do. */
  @ParameterizedTest
  @EnumSource(names = "CONTAINER")
  void rolesTrainAndEveryRecordIsAccountedFor(Where where) throws Exception {
    String prefix = "train.";
    RunningRole learner = start(RoleKind.LEARNER, where, prefix, "run.updates=5");
    start(RoleKind.SEGMENTER, where, prefix);
    start(RoleKind.PRODUCER, where, prefix);
    start(RoleKind.PRODUCER, where, prefix);
    assertThat(learner.end()).succeedsWithin(120, TimeUnit.SECONDS);
    Map<String, Object> client = Map.of("bootstrap.servers", servers(where));
    try (Admin admin = Admin.create(client);
        CommittedLog log = new CommittedLog(admin, client)) {
      var report = RunAudit.of(admin, log, new Topics(prefix)).run(null);
      assertThat(report.findings()).isEmpty();
      assertThat(report.counts()).containsEntry("versions", 6L);
    }
  }

  /** On the embedded one the learner's own tests do. */
  @ParameterizedTest
  @EnumSource(names = "CONTAINER")
  void aSecondLearnerStandsByUntilTheFirstEnds(Where where) throws Exception {
    String prefix = "fence.";
    RunningRole first = start(RoleKind.LEARNER, where, prefix, "run.updates=1000000");
    assertThat(first.awaitReady()).isEqualTo("ready");
    start(RoleKind.SEGMENTER, where, prefix);
    start(RoleKind.PRODUCER, where, prefix);
    RunningRole second = start(RoleKind.LEARNER, where, prefix, "run.updates=1000000");
    Await.until("the second's first line", PATIENCE, () -> !second.firstLine().isEmpty());
    Map<String, Object> client = Map.of("bootstrap.servers", servers(where));
    try (Admin admin = Admin.create(client);
        CommittedLog log = new CommittedLog(admin, client)) {
      TopicPartition weights = new TopicPartition(new Topics(prefix).weights().name(), 0);
      long before = log.committedEnd(weights);
      Await.until(
          "more versions of the first", PATIENCE, () -> log.committedEnd(weights) > before + 10);
    }
    assertThat(first.end()).isNotDone();
    assertThat(second.isReady()).isFalse();
    first.stop();
    assertThat(first.end()).isCompleted();
    assertThat(second.awaitReady()).isEqualTo("ready");
    assertThat(second.end()).isNotDone();
  }

  @ParameterizedTest
  @EnumSource
  void whatAnOperatorKeepsLongerOrSplitsFurtherIsTheirs(Where where) throws Exception {
    Topics topics = new Topics("more.");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers(where)))) {
      NewTopic trajectories = new NewTopic(topics.trajectories().name(), 12, (short) 1);
      trajectories.configs(
          Map.of("retention.ms", "-1", "max.message.bytes", "67108864", "segment.ms", "3600000"));
      NewTopic segments = new NewTopic(topics.segments().name(), 1, (short) 1);
      segments.configs(Map.of("retention.ms", "3600000", "max.message.bytes", "67108864"));
      admin.createTopics(List.of(trajectories, segments)).all().get();
      TopicAdmin catalogue = new TopicAdmin(admin, topics);
      assertThat(catalogue.createAndCheck((short) 1))
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.fatal()).isFalse();
                assertThat(finding.text())
                    .startsWith("topic more.segments keeps its records for 0.04 days, the run asks")
                    .contains("90 days", "sapo topics alter");
              });
      assertThat(catalogue.alterRetention())
          .contains("topic more.segments: retention.ms was 3600000, is 7776000000");
      // The controller has it first; brokers, who are asked, hear of it in a moment.
      Await.until("the change", PATIENCE, () -> agrees(catalogue));
    }
    RunningRole segmenter = start(RoleKind.SEGMENTER, where, topics.prefix());
    assertThat(segmenter.awaitReady()).isEqualTo("ready");
  }

  private static boolean agrees(TopicAdmin catalogue) {
    try {
      return catalogue.check().isEmpty();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTopicThatIsSetUpOtherwiseIsNamed(Where where) throws Exception {
    Topics topics = new Topics("other.");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers(where)))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topics.segments().name(), 1, (short) 1)
                      .configs(Map.of("cleanup.policy", "compact"))))
          .all()
          .get();
      assertThat(new TopicAdmin(admin, topics).createAndCheck((short) 1)).isNotEmpty();
    }
    RunningRole segmenter = start(RoleKind.SEGMENTER, where, topics.prefix());
    assertThatThrownBy(segmenter.end()::join)
        .hasCauseInstanceOf(CommandFailure.class)
        .hasMessageContaining("topic other.segments has cleanup.policy=compact, expected delete");
  }
}
