package io.sapo.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.ClaimKind;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.TaskClaim;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.audit.RunAudit;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.run.RoleKind;
import io.sapo.system.run.RunningRole;
import io.sapo.system.run.RunningRoles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker of {@code examples/python}; skipped where Python or its libraries are missing. */
class PythonWorkerTest {
  private static final int TRAJECTORIES = Integer.getInteger("sapo.python.trajectories", 100);
  private static final int BROKEN = TRAJECTORIES / 10;
  private static final int BATCH = 10;
  private static final int CLAIMED_BY_SOMEBODY_GONE = 3;
  private static final Topics TOPICS = new Topics("sapo.");

  @TempDir Path folder;

  @BeforeAll
  static void requirePython() throws IOException, InterruptedException {
    PythonExample.require();
  }

  @Test
  @Timeout(600)
  void itsTrajectoriesAreTrainedOnAndItsBrokenOnesRefusedWithReasons() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
        RunningRoles roles = new RunningRoles()) {
      Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
      publishTasks(broker);
      for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER)) {
        roles.add(RunningRole.start(kind, folder.resolve("data"), checkpoint, settings(broker)));
      }
      Process worker =
          startWorker(broker, checkpoint, "worker", TRAJECTORIES, "--broken", "" + BROKEN);
      try {
        assertThat(worker.waitFor(300, TimeUnit.SECONDS)).as("it ends: " + said()).isTrue();
      } finally {
        worker.destroyForcibly();
      }
      assertThat(worker.exitValue()).as(said()).isZero();
      assertThat(roles.all().get(0).end()).succeedsWithin(60, TimeUnit.SECONDS);
      check(client);
    }
  }

  /** Two share the tasks; one is killed and comes back, and of a third only its claims are left. */
  @Test
  @Timeout(600)
  void eachTaskIsAnsweredOnceWhoeverIsKilled() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    List<Process> workers = new ArrayList<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
        RunningRoles roles = new RunningRoles()) {
      Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
      publishTasks(broker);
      claimForSomebodyGone(client);
      for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER)) {
        roles.add(RunningRole.start(kind, folder.resolve("data"), checkpoint, settings(broker)));
      }
      Process one = startWorker(broker, checkpoint, "one", TRAJECTORIES);
      workers.add(one);
      workers.add(startWorker(broker, checkpoint, "two", TRAJECTORIES));
      awaitSegments(client, TRAJECTORIES / 5);
      one.destroyForcibly().waitFor();
      workers.add(startWorker(broker, checkpoint, "one", TRAJECTORIES));
      awaitSegments(client, TRAJECTORIES);
      assertThat(segments(client)).doesNotHaveDuplicates().hasSize(TRAJECTORIES);
    } finally {
      workers.forEach(Process::destroyForcibly);
    }
  }

  private static void claimForSomebodyGone(Map<String, Object> client) throws Exception {
    try (Producer<byte[], byte[]> producer = ProducerClients.create(client, Map.of())) {
      for (int i = 0; i < CLAIMED_BY_SOMEBODY_GONE; i++) {
        TaskClaim claim =
            TaskClaim.newBuilder()
                .setKind(ClaimKind.CLAIM)
                .setSession("gone-1")
                .setSource(TOPICS.tasks().name() + "-0")
                .setStretch(i)
                .build();
        producer.send(TOPICS.taskClaims().record(claim.getSource(), claim)).get();
      }
    }
  }

  private static void awaitSegments(Map<String, Object> client, int count)
      throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    List<String> answered = segments(client);
    while (answered.size() < count) {
      assertThat(System.nanoTime()).as("%d tasks are answered", answered.size()).isLessThan(until);
      Thread.sleep(100);
      answered = segments(client);
    }
  }

  /** Tasks of the trajectories that were segmented. */
  private static List<String> segments(Map<String, Object> client) {
    List<String> tasks = new ArrayList<>();
    try (TopicScan scan = new TopicScan(client)) {
      scan.read(
          TOPICS.segments().name(),
          record -> {
            tasks.add(TOPICS.segments().codec().decode(record.value()).getTrajectory().getTaskId());
            return false;
          });
    }
    return tasks;
  }

  private static String[] settings(EmbeddedBroker broker) {
    return new String[] {
      "kafka.bootstrap-servers=" + broker.bootstrapServers(),
      "run.updates=" + TRAJECTORIES / BATCH,
      "learner.batch-size=" + BATCH,
      "learner.mini-batch-size=5"
    };
  }

  private Process startWorker(
      EmbeddedBroker broker, Path checkpoint, String name, int count, String... more)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--tokenizer",
                checkpoint.resolve("tokenizer.json").toString(),
                "--name",
                name,
                "--count",
                Integer.toString(count)));
    arguments.addAll(List.of(more));
    return python().start("worker.py", arguments);
  }

  private PythonExample python() {
    return new PythonExample(folder.resolve("python.log"));
  }

  private String said() throws IOException {
    return python().said();
  }

  private void publishTasks(EmbeddedBroker broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      assertThat(new TopicAdmin(admin, TOPICS).createAndCheck((short) 1)).isEmpty();
    }
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < TRAJECTORIES; i++) {
      lines.add(
          "{\"id\": \"sum-%d\", \"prompt\": \"What is %d plus %d?\", \"answer\": %d, \"verifier\": \"gsm8k\"}"
              .formatted(i, i, i, 2 * i));
    }
    Path file = Files.write(folder.resolve("sums.jsonl"), lines);
    Process publisher =
        python()
            .start(
                "tasks.py",
                List.of("--bootstrap-servers", broker.bootstrapServers(), file.toString()));
    assertThat(publisher.waitFor()).as(said()).isZero();
  }

  private static void check(Map<String, Object> client) throws Exception {
    List<WeightVersion> versions = new ArrayList<>();
    Set<String> reasons = new TreeSet<>();
    int[] refused = {0};
    try (TopicScan scan = new TopicScan(client)) {
      scan.read(
          TOPICS.weights().name(),
          record -> !versions.add(TOPICS.weights().codec().decode(record.value())));
      scan.read(
          TOPICS.deadLetters(),
          record -> {
            refused[0]++;
            reasons.add(
                new String(
                    record.headers().lastHeader(DeadLetters.REASON).value(),
                    StandardCharsets.UTF_8));
            return false;
          });
    }
    assertThat(versions.get(versions.size() - 1).getTrainedTotal()).isEqualTo(TRAJECTORIES);
    assertThat(refused[0]).isEqualTo(BROKEN);
    assertThat(reasons)
        .contains("key-mismatch", "malformed", "not-a-record", "not-finite", "positive-log-prob")
        .contains("lengths-disagree", "bad-versions", "no-tokens", "unknown-verifier", "bad-id");
    try (Admin admin = Admin.create(client);
        CommittedLog log = new CommittedLog(admin, client)) {
      assertThat(RunAudit.of(admin, log, TOPICS).run(null).findings()).isEmpty();
    }
  }
}
