package io.sapo.standalone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Topics;
import io.sapo.standalone.TinyCheckpoint;
import io.sapo.standalone.audit.Audit;
import io.sapo.standalone.audit.AuditReport;
import io.sapo.standalone.kafka.CommittedLog;
import io.sapo.standalone.run.RoleKind;
import io.sapo.standalone.run.RunningRole;
import java.nio.file.Path;
import java.time.Clock;
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
  private static final int UPDATES = Integer.getInteger("sapo.cluster.updates", 60);

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
        "run.updates=" + UPDATES
      };
      for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER, RoleKind.PRODUCER)) {
        roles.add(RunningRole.start(kind, folder.resolve("data"), checkpoint, settings));
      }
      for (RunningRole role : roles) {
        assertThat(role.awaitReady()).isEqualTo("ready");
      }
      RunningRole learner = roles.get(0);
      for (int broker = 0; broker < 3; broker++) {
        assertThat(learner.end()).as("still training").isNotDone();
        cluster.restart(broker);
      }
      assertThat(learner.end()).succeedsWithin(300, TimeUnit.SECONDS);
      for (RunningRole role : roles.subList(1, roles.size())) {
        assertThat(role.end()).as("nothing failed").isNotDone();
        role.stop();
      }
      try (Admin admin = cluster.admin();
          CommittedLog log =
              new CommittedLog(admin, Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
        AuditReport report =
            new Audit(admin, log, new Topics("sapo."), Clock.systemUTC()).run(null);
        assertThat(report.findings()).isEmpty();
        assertThat(report.counts()).containsEntry("versions", UPDATES + 1L);
      }
    } finally {
      roles.forEach(RunningRole::stop);
    }
  }
}
