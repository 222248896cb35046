package io.sapo.standalone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Topics;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.run.RoleKind;
import io.sapo.standalone.run.RunningRole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers, of which one at a time is away, while roles train. */
class BrokersThatComeAndGoTest {
  private static final Topics TOPICS = new Topics("sapo.");

  @TempDir Path folder;

  @Test
  @Timeout(600)
  void aRollingRestartIsNotNoticedInTheRecord() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    List<RunningRole> roles = new ArrayList<>();
    try (Cluster cluster = new Cluster(folder, 3)) {
      String[] settings = {
        "kafka.bootstrap-servers=" + cluster.bootstrapServers(),
        "kafka.replication=3",
        "run.updates=1000000"
      };
      for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER, RoleKind.PRODUCER)) {
        roles.add(RunningRole.start(kind, folder.resolve("data"), checkpoint, settings));
      }
      for (RunningRole role : roles) {
        assertThat(role.awaitReady()).isEqualTo("ready");
      }
      long version = newestVersion(cluster);
      for (int broker = 0; broker < 3; broker++) {
        cluster.restart(broker);
        version = awaitVersion(cluster, version + 3);
      }
      for (RunningRole role : roles) {
        assertThat(role.end()).as("nothing failed").isNotDone();
      }
      for (int i = roles.size() - 1; i >= 0; i--) {
        roles.get(i).stop();
        assertThat(roles.get(i).end()).succeedsWithin(10, TimeUnit.SECONDS);
      }
      try (Admin admin = cluster.admin();
          CommittedLog log =
              new CommittedLog(admin, Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
        assertThat(RunAudit.of(admin, log, TOPICS).run(null).findings()).isEmpty();
      }
    } finally {
      roles.forEach(RunningRole::stop);
    }
  }

  private static long newestVersion(Cluster cluster) {
    long[] newest = {-1};
    try (TopicScan scan = new TopicScan(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      scan.read(
          TOPICS.weights().name(),
          record -> {
            newest[0] = TOPICS.weights().codec().decode(record.value()).getVersion();
            return false;
          });
    }
    return newest[0];
  }

  /** Polls until there is a version at least as new; the test's time-out ends it otherwise. */
  private static long awaitVersion(Cluster cluster, long wanted) {
    while (true) {
      long newest = newestVersion(cluster);
      if (newest >= wanted) {
        return newest;
      }
    }
  }
}
