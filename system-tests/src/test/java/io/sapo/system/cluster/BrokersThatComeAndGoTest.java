package io.sapo.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Topics;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.run.RoleKind;
import io.sapo.system.run.RunningRole;
import io.sapo.system.run.RunningRoles;
import io.sapo.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that are away for a while, one of three or the only one, while roles train. */
class BrokersThatComeAndGoTest {
  private static final Topics TOPICS = new Topics("sapo.");

  @TempDir Path folder;

  @Test
  @Timeout(600)
  void aRollingRestartIsNotNoticedInTheRecord() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    try (Cluster cluster = new Cluster(folder, 3);
        RunningRoles roles = new RunningRoles()) {
      String[] settings = {
        "kafka.bootstrap-servers=" + cluster.bootstrapServers(),
        "kafka.replication=3",
        "run.updates=1000000"
      };
      for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER, RoleKind.PRODUCER)) {
        roles.add(RunningRole.start(kind, folder.resolve("data"), checkpoint, settings));
      }
      for (RunningRole role : roles.all()) {
        assertThat(role.awaitReady()).isEqualTo("ready");
      }
      long version = newestVersion(cluster.bootstrapServers());
      for (int broker = 0; broker < 3; broker++) {
        cluster.restart(broker);
        version = awaitVersion(cluster.bootstrapServers(), version + 3);
      }
      for (RunningRole role : roles.all()) {
        assertThat(role.end()).as("nothing failed").isNotDone();
      }
      roles.close();
      try (Admin admin = cluster.admin();
          CommittedLog log =
              new CommittedLog(admin, Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
        assertThat(RunAudit.of(admin, log, TOPICS).run(null).findings()).isEmpty();
      }
    }
  }

  @Test
  @Timeout(300)
  void theOnlyBrokerIsWaitedForLongerThanClientsWaitForAnAnswer() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    try (RunningRoles roles = new RunningRoles()) {
      String address = broker.bootstrapServers();
      String[] settings = {
        "kafka.bootstrap-servers=" + address,
        "kafka.client.default.api.timeout.ms=8000",
        "kafka.client.request.timeout.ms=8000",
        "run.updates=1000000"
      };
      for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER, RoleKind.PRODUCER)) {
        roles.add(RunningRole.start(kind, folder.resolve("data"), checkpoint, settings));
      }
      for (RunningRole role : roles.all()) {
        assertThat(role.awaitReady()).isEqualTo("ready");
      }
      broker.close();
      assertThat(roles.all().get(2).end())
          .as("the producer waits")
          .failsWithin(12, TimeUnit.SECONDS)
          .withThrowableOfType(TimeoutException.class);
      int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
      broker = EmbeddedBroker.start(folder.resolve("broker"), port);
      awaitVersion(address, newestVersion(address) + 2);
      for (RunningRole role : roles.all()) {
        assertThat(role.end()).as("nothing failed").isNotDone();
      }
    } finally {
      broker.close();
    }
  }

  private static long newestVersion(String bootstrapServers) {
    long[] newest = {-1};
    try (TopicScan scan = new TopicScan(Map.of("bootstrap.servers", bootstrapServers))) {
      scan.read(
          TOPICS.weights().name(),
          record -> {
            newest[0] = TOPICS.weights().codec().decode(record.value()).getVersion();
            return false;
          });
    }
    return newest[0];
  }

  /** Polls until there is a version at least as new. */
  private static long awaitVersion(String bootstrapServers, long wanted) {
    long[] newest = {-1};
    Await.until(
        "version " + wanted,
        Duration.ofMinutes(3),
        () -> (newest[0] = newestVersion(bootstrapServers)) >= wanted);
    return newest[0];
  }
}
