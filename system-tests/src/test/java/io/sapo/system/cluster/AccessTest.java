package io.sapo.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.standalone.run.RoleAccess;
import io.sapo.standalone.run.RoleKind;
import io.sapo.system.run.RunningRole;
import io.sapo.system.run.RunningRoles;
import io.sapo.testing.Await;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Roles on a cluster that asks for TLS and a password, each allowed what it needs and no more. */
@Timeout(120)
class AccessTest {
  private static final Topics TOPICS = new Topics("sapo.");

  @TempDir static Path folder;
  private static Path checkpoint;
  private static Cluster cluster;

  private final RunningRoles started = new RunningRoles();

  @BeforeAll
  static void startCluster() throws Exception {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    cluster = new Cluster(folder, 1);
    try (Admin admin = cluster.admin()) {
      assertThat(new TopicAdmin(admin, TOPICS).createAndCheck((short) 1)).isEmpty();
    }
  }

  @AfterAll
  static void stopCluster() throws Exception {
    cluster.close();
  }

  @AfterEach
  void stopRoles() {
    started.close();
  }

  private static List<AclBinding> rules(RoleKind kind, String user) {
    return new RoleAccess(kind, TOPICS).bindings("User:" + user);
  }

  private RunningRole start(RoleKind kind, String... login) {
    RunningRole role = RunningRole.start(kind, folder.resolve(kind.label()), checkpoint, login);
    return started.add(role);
  }

  @Test
  void rolesWithTheirOwnRulesTrain() throws Exception {
    List<RoleKind> kinds =
        List.of(
            RoleKind.LEARNER,
            RoleKind.SEGMENTER,
            RoleKind.PRODUCER,
            RoleKind.EVALUATOR,
            RoleKind.ADMIN);
    for (RoleKind kind : kinds) {
      cluster.enrol(kind.label(), "secret-" + kind, rules(kind, kind.label()));
      start(kind, cluster.login(kind.label(), "secret-" + kind));
    }
    for (RunningRole role : started.all()) {
      assertThat(role.awaitReady()).startsWith("ready");
    }
    assertThat(started.all().get(0).end()).succeedsWithin(60, TimeUnit.SECONDS);
    assertThat(started.all().get(3).end()).succeedsWithin(60, TimeUnit.SECONDS);
    CompletableFuture<Void> producer = started.all().get(2).end();
    Await.until(
        "a look at what nobody consumes",
        Duration.ofMinutes(1),
        () -> producer.isDone() || hasReadTrajectories("sapo-producer-absent"));
    for (int i : List.of(1, 2, 4)) {
      assertThat(started.all().get(i).end()).isNotDone();
    }
  }

  /** Of the group that every consumer names, too, though this one joins none. */
  @Test
  void aWorkerInPythonNeedsWhatAProducerNeeds() throws Exception {
    PythonExample.require();
    Topics topics = new Topics("python.");
    try (Admin admin = cluster.admin()) {
      assertThat(new TopicAdmin(admin, topics).createAndCheck((short) 1)).isEmpty();
    }
    PythonExample python = new PythonExample(folder.resolve("python.log"));
    Path tasks = folder.resolve("tasks.jsonl");
    Files.writeString(tasks, "{\"prompt\": \"1 + 1\", \"answer\": 2}\n".repeat(4));
    List<String> prefix = List.of("--topic-prefix", topics.prefix());
    List<String> publishing =
        new ArrayList<>(List.of("--bootstrap-servers", cluster.bootstrapServers()));
    publishing.addAll(prefix);
    publishing.add(tasks.toString());
    assertThat(python.start("tasks.py", publishing).waitFor()).as(python.said()).isZero();
    started.add(
        RunningRole.start(
            RoleKind.LEARNER,
            folder.resolve("python"),
            checkpoint,
            "kafka.bootstrap-servers=" + cluster.bootstrapServers(),
            "kafka.topic-prefix=" + topics.prefix()));
    cluster.enrol(
        "python", "right", new RoleAccess(RoleKind.PRODUCER, topics).bindings("User:python"));
    List<String> working = new ArrayList<>(prefix);
    working.addAll(List.of("--bootstrap-servers", cluster.secureServers(), "--count", "4"));
    working.addAll(List.of("--tokenizer", checkpoint.resolve("tokenizer.json").toString()));
    for (String property :
        List.of(
            "security.protocol=SASL_SSL",
            "sasl.mechanism=SCRAM-SHA-512",
            "sasl.username=python",
            "sasl.password=right",
            "enable.ssl.certificate.verification=false")) {
      working.addAll(List.of("--property", property));
    }
    Process worker = python.start("worker.py", working);
    try {
      assertThat(worker.waitFor(60, TimeUnit.SECONDS)).as(python.said()).isTrue();
    } finally {
      worker.destroyForcibly();
    }
    assertThat(worker.exitValue()).as(python.said()).isZero();
    assertThat(python.said())
        .contains("published 4 trajectories")
        .doesNotContainIgnoringCase("auth");
  }

  /** As metrics of a client of this JVM say. */
  private static boolean hasReadTrajectories(String client) {
    try {
      ObjectName read =
          new ObjectName(
              "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=%s*,topic=%s"
                  .formatted(client, TOPICS.trajectories().name().replace('.', '?')));
      return !ManagementFactory.getPlatformMBeanServer().queryNames(read, null).isEmpty();
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theWrongPasswordIsSaid() throws Exception {
    cluster.enrol("anna", "right", rules(RoleKind.SEGMENTER, "anna"));
    RunningRole role = start(RoleKind.SEGMENTER, cluster.login("anna", "wrong"));
    assertThatThrownBy(role.end()::join)
        .hasCauseInstanceOf(CommandFailure.class)
        .hasMessageContaining("cannot reach Kafka")
        .hasMessageContaining("the login was refused")
        .hasMessageContaining("kafka.client.sasl");
  }

  @Test
  void anUnknownCertificateIsSaid() throws Exception {
    cluster.enrol("bert", "right", rules(RoleKind.LEARNER, "bert"));
    RunningRole role = start(RoleKind.LEARNER, cluster.distrustfulLogin("bert", "right"));
    assertThatThrownBy(role.end()::join)
        .hasCauseInstanceOf(CommandFailure.class)
        .hasMessageContaining("cannot reach Kafka")
        .hasMessageContaining("certificate")
        .hasMessageContaining("kafka.client.ssl");
  }

  @Test
  void everyMissingRuleIsNamedBeforeAnythingBegins() throws Exception {
    List<AclBinding> some =
        rules(RoleKind.PRODUCER, "carl").stream()
            .filter(rule -> rule.entry().operation() != AclOperation.WRITE)
            .toList();
    cluster.enrol("carl", "right", some);
    RunningRole role = start(RoleKind.PRODUCER, cluster.login("carl", "right"));
    assertThatThrownBy(role.end()::join)
        .hasCauseInstanceOf(CommandFailure.class)
        .hasMessageContaining("WRITE on topic sapo.trajectories")
        .hasMessageContaining("WRITE on topic sapo.task-claims")
        .hasMessageNotContaining("READ on");
  }

  @Test
  void whoMayNothingIsToldSo() throws Exception {
    cluster.enrol("dora", "right", List.of());
    RunningRole role = start(RoleKind.ADMIN, cluster.login("dora", "right"));
    assertThatThrownBy(role.end()::join)
        .hasCauseInstanceOf(CommandFailure.class)
        .hasMessageContaining("not allowed to look at the topics sapo.*");
  }
}
