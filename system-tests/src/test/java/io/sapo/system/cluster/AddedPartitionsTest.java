package io.sapo.system.cluster;

import static io.sapo.system.cluster.RestartableRun.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Topic;
import io.sapo.standalone.audit.RunAudit;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator adds partitions, which Kafka never takes back, to every topic of a run that is going
 * on: that run goes on, ends, and starts again.
 */
class AddedPartitionsTest {
  private static final int ADDED = 2;

  @TempDir Path folder;

  @Test
  @Timeout(240)
  void aRunGoesOnWhenPartitionsAreAddedToItsTopics() throws Exception {
    // Clients look for new partitions every five minutes otherwise.
    try (RestartableRun run = new RestartableRun(folder, "kafka.client.metadata.max.age.ms=300")) {
      run.start();
      run.awaitVersions(2);
      addPartitions(run);
      run.awaitVersions(run.newest() + 4);
      run.assertNothingFailed();
      run.close();
      run.start();
      run.awaitVersions(run.newest() + 2);
      run.assertNothingFailed();
      assertEverythingIsInOrder(run);
    }
  }

  private static Stream<String> topics() {
    return Stream.concat(
        TOPICS.typed().stream().map(Topic::name),
        Stream.of(TOPICS.deadLetters(), TOPICS.schemas()));
  }

  private static void addPartitions(RestartableRun run) throws Exception {
    try (Admin admin = Admin.create(run.client());
        CommittedLog log = new CommittedLog(admin, run.client())) {
      Map<String, NewPartitions> more = new TreeMap<>();
      topics()
          .forEach(
              name ->
                  more.put(name, NewPartitions.increaseTo(log.partitions(name).size() + ADDED)));
      admin.createPartitions(more).all().get();
    }
  }

  private static void assertEverythingIsInOrder(RestartableRun run) throws Exception {
    try (Admin admin = Admin.create(run.client());
        CommittedLog log = new CommittedLog(admin, run.client())) {
      List<String> spread =
          Stream.of(TOPICS.tasks(), TOPICS.trajectories(), TOPICS.credits())
              .map(Topic::name)
              .toList();
      assertThat(
              topics()
                  .filter(name -> !spread.contains(name))
                  .flatMap(name -> log.partitions(name).stream())
                  .filter(at -> at.partition() > 0))
          .as("partitions that nobody reads")
          .hasSizeGreaterThan(ADDED)
          .allSatisfy(at -> assertThat(log.end(at)).as("%s", at).isZero());
      assertThat(
              log.partitions(TOPICS.trajectories().name()).stream()
                  .filter(at -> at.partition() >= TOPICS.trajectories().partitions())
                  .mapToLong(log::end)
                  .sum())
          .as("trajectories in the new partitions")
          .isPositive();
      assertThat(RunAudit.of(admin, log, TOPICS).run(null).findings()).isEmpty();
    }
  }
}
