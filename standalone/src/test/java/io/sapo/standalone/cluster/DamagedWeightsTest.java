package io.sapo.standalone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.run.RoleKind;
import io.sapo.standalone.run.RunningRole;
import io.sapo.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Published weights of which a disk gives back other bytes than were written. */
class DamagedWeightsTest {
  private static final Topics TOPICS = new Topics("sapo.");
  private static final int BATCH = 8;
  private static final List<RoleKind> ROLES =
      List.of(RoleKind.LEARNER, RoleKind.SEGMENTER, RoleKind.PRODUCER);

  @TempDir Path folder;
  private final List<RunningRole> roles = new ArrayList<>();
  private Path checkpoint;
  private EmbeddedBroker broker;

  @AfterEach
  void end() {
    stopRoles();
    if (broker != null) {
      broker.close();
    }
  }

  /** Older weights may not be generated with, and no trajectory waits that would make a batch. */
  @Test
  @Timeout(240)
  void aRunThatWaitsForThemGoesOn() throws Exception {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    start();
    Await.until("version 3", Duration.ofMinutes(1), () -> newest() >= 3);
    roles.remove(ROLES.indexOf(RoleKind.PRODUCER)).stop();
    long before = count(TOPICS.trajectories().name()) / BATCH;
    Await.until("full batches trained on", Duration.ofMinutes(1), () -> newest() == before);
    end();
    DamagedLog.damage(folder.resolve("broker"), TOPICS.weightChunks().name(), 0, 0);
    start();
    Await.until("more versions", Duration.ofMinutes(1), () -> newest() >= before + 3);
    for (RunningRole role : roles) {
      assertThat(role.end()).as("nothing failed").isNotDone();
    }
    assertThat(versions().get((int) before + 1).getMetrics()).containsEntry("published_again", 1.0);
  }

  private void start() {
    broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    for (RoleKind kind : ROLES) {
      roles.add(
          RunningRole.start(
              kind,
              folder.resolve("data"),
              checkpoint,
              "kafka.bootstrap-servers=" + broker.bootstrapServers(),
              "learner.max-staleness=0",
              "learner.anchor-every=1000",
              "run.updates=1000000"));
    }
    for (RunningRole role : roles) {
      assertThat(role.awaitReady()).isEqualTo("ready");
    }
  }

  private void stopRoles() {
    while (!roles.isEmpty()) {
      roles.remove(roles.size() - 1).stop();
    }
  }

  private long newest() {
    return versions().size() - 1L;
  }

  private List<WeightVersion> versions() {
    List<WeightVersion> versions = new ArrayList<>();
    try (TopicScan scan = scan()) {
      scan.read(
          TOPICS.weights().name(),
          record -> !versions.add(TOPICS.weights().codec().decode(record.value())));
    }
    return versions;
  }

  private long count(String topic) {
    long[] records = {0};
    try (TopicScan scan = scan()) {
      scan.read(topic, record -> ++records[0] == 0);
    }
    return records[0];
  }

  private TopicScan scan() {
    return new TopicScan(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }
}
