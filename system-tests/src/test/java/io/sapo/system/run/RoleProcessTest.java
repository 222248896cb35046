package io.sapo.system.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.run.RoleKind;
import io.sapo.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roles apart, which know of each other through topics only. */
class RoleProcessTest {
  @TempDir static Path folder;
  private static Path checkpoint;

  private final RunningRoles started = new RunningRoles();

  @BeforeAll
  static void writeCheckpoint() throws IOException {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
  }

  @AfterEach
  void stopAll() {
    started.close();
  }

  private RunningRole start(RoleKind kind, Path data, String... more) {
    RunningRole role = RunningRole.start(kind, data, checkpoint, more);
    return started.add(role);
  }

  @Test
  @Timeout(120)
  void rolesApartTrainUpToTheLastVersionAndEndWhenAsked() {
    Path data = folder.resolve("apart");
    RunningRole broker = start(RoleKind.BROKER, data);
    assertThat(broker.awaitReady()).matches("ready at 127.0.0.1:\\d+");
    RunningRole producer = start(RoleKind.PRODUCER, data);
    Path alive = data.resolve(producer.readyFile().getFileName() + ".alive");
    Await.until(
        "a producer that waits for weights, alive",
        Duration.ofMinutes(1),
        () -> Files.exists(alive));
    assertThat(producer.readyFile()).doesNotExist();
    RunningRole learner = start(RoleKind.LEARNER, data);
    RunningRole segmenter = start(RoleKind.SEGMENTER, data);
    RunningRole second = start(RoleKind.PRODUCER, data);
    RunningRole evaluator = start(RoleKind.EVALUATOR, data);
    RunningRole admin = start(RoleKind.ADMIN, data);
    for (RunningRole running : List.of(learner, segmenter, producer, second, evaluator)) {
      assertThat(running.awaitReady()).isEqualTo("ready");
    }
    assertThat(admin.awaitReady()).matches("ready at http://127.0.0.1:\\d+");
    assertThat(producer.readyFile()).hasContent("ready");
    assertThat(learner.end()).succeedsWithin(60, TimeUnit.SECONDS);
    assertThat(evaluator.end()).succeedsWithin(60, TimeUnit.SECONDS);
    assertThat(producer.firstLine())
        .matches(
            ".+-producer-[01]-[0-9a-f]{8}: sapo .+, Java .+, Kafka client .+, device cpu, topics .+");
    assertThat(second.firstLine().split(":")[0]).isNotEqualTo(producer.firstLine().split(":")[0]);
    for (RunningRole running : List.of(producer, second, segmenter, admin, broker)) {
      running.stop();
      assertThat(running.end()).succeedsWithin(60, TimeUnit.SECONDS);
    }
    assertThat(Files.exists(producer.readyFile())).isFalse();
    assertThat(alive).doesNotExist();
    assertThat(new RunFolder(data).liveAddress()).isEmpty();
  }

  @Test
  @Timeout(60)
  void aBrokerThatDoesNotAnswerIsNamedAndTheRoleEnds() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String servers = "127.0.0.1:" + silent.getLocalPort();
      RunningRole producer =
          start(
              RoleKind.PRODUCER,
              folder.resolve("mute"),
              "kafka.bootstrap-servers=" + servers,
              "kafka.client.default.api.timeout.ms=1000",
              "kafka.client.request.timeout.ms=500");
      assertThatThrownBy(producer.end()::join)
          .hasCauseInstanceOf(CommandFailure.class)
          .hasMessageContaining("cannot reach Kafka at " + servers);
    }
  }

  @Test
  void aLearnerNamesACriticThatDoesNotFit() {
    Path absent = folder.resolve("absent");
    RunningRole learner =
        start(RoleKind.LEARNER, folder.resolve("critic"), "learner.critic.checkpoint=" + absent);
    assertThatThrownBy(learner.end()::join)
        .hasMessageContaining(absent + ": there is no such folder");
  }

  @Test
  void withoutBrokersItSaysWhichOptionIsMissing() {
    RunningRole segmenter = start(RoleKind.SEGMENTER, folder.resolve("nothing"));
    assertThatThrownBy(segmenter.end()::join)
        .hasCauseInstanceOf(CommandFailure.class)
        .hasMessageContaining("--bootstrap-servers");
  }
}
