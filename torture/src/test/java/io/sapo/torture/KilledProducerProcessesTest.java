package io.sapo.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.configuration.ConfigLoader;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.run.RoleKind;
import io.sapo.standalone.run.RoleProcess;
import io.sapo.testing.Await;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Producers as processes, ended by SIGKILL wherever they are, some with tasks claimed and rollouts
 * in part published: each task of each pass is segmented once, with all of its rollouts, and what
 * was published twice is no more than the killed ones had in hand.
 */
class KilledProducerProcessesTest {
  private static final int KILLS = Integer.getInteger("sapo.test.producer-kills", 2);
  private static final int ROLLOUTS = 2;

  /** Rollouts that a producer has in hand at once. */
  private static final int SLOTS = 8;

  private static final int ROWS = 12;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Topics TOPICS = new Topics("sapo.");

  @TempDir Path folder;
  private final List<String> settings = new ArrayList<>(TinyCheckpoint.SETTINGS);
  private final List<RoleProcess> roles = new ArrayList<>();
  private final List<CompletableFuture<Void>> ends = new ArrayList<>();
  private final List<Child> producers = new ArrayList<>();

  /** What was segmented, by the number of its task in the order of all passes. */
  private final SortedMap<Integer, List<Trajectory>> byPlace = new TreeMap<>();

  private Path checkpoint;
  private EmbeddedBroker broker;
  private Admin admin;
  private CommittedLog log;
  private long next;

  @AfterEach
  void end() throws Exception {
    for (Child producer : producers) {
      producer.close();
    }
    roles.forEach(RoleProcess::stop);
    CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
        .handle((nothing, failure) -> null)
        .get(1, TimeUnit.MINUTES);
    if (log != null) {
      log.close();
      admin.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @Test
  void eachTaskOfAPassIsPublishedOnce() throws Exception {
    begin();
    role(RoleKind.LEARNER);
    role(RoleKind.SEGMENTER);
    producers.add(producer());
    producers.add(producer());
    for (int kill = 0; kill < KILLS; kill++) {
      long before = published();
      await("more trajectories", () -> published() >= before + 3L * ROLLOUTS);
      producers.get(kill % 2).kill();
      producers.set(kill % 2, producer());
    }
    check();
  }

  private void begin() throws Exception {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Path tasks = folder.resolve("tasks.jsonl");
    Files.write(
        tasks,
        IntStream.range(0, ROWS)
            .mapToObj(
                i -> "{\"id\": \"task-%d\", \"prompt\": \"%d\", \"answer\": \"0\"}".formatted(i, i))
            .toList());
    broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
    admin = Admin.create(client);
    log = new CommittedLog(admin, client);
    settings.addAll(
        List.of(
            "kafka.bootstrap-servers=" + broker.bootstrapServers(),
            "model.checkpoint=" + checkpoint,
            "tasks.train=" + tasks,
            "tasks.verifier=exact",
            "producer.slots=" + SLOTS,
            "producer.rollouts-per-task=" + ROLLOUTS,
            // Nothing is trained: the test is about what comes before.
            "learner.batch-size=4096",
            "run.updates=1000000"));
  }

  /** On a thread of this process, and at work when this returns. */
  private void role(RoleKind kind) {
    ConfigLoader loader = new ConfigLoader();
    settings.forEach(loader::set);
    Path ready = folder.resolve(kind.label() + ".ready");
    RoleProcess role =
        new RoleProcess(
            kind,
            loader.load(),
            new RunFolder(folder.resolve("data")),
            checkpoint,
            false,
            Optional.of(ready),
            new PrintWriter(new StringWriter()));
    roles.add(role);
    ends.add(
        CompletableFuture.runAsync(
            () -> {
              try {
                role.run();
              } catch (InterruptedException e) {
                throw new CompletionException(e);
              }
            },
            task -> new Thread(task, kind.label()).start()));
    await(kind.label() + " at work", () -> Files.exists(ready));
  }

  private Child producer() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--data", folder.resolve("data").toString()));
    settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    Child producer =
        Child.start(RoleKind.PRODUCER, List.of(), arguments, folder.resolve("producer.log"), 0);
    assertThat(producer.awaitReady(PATIENCE)).as(producer.tail()).isTrue();
    return producer;
  }

  /** Waits, but not for those who have ended. */
  private void await(String what, BooleanSupplier condition) {
    Await.until(
        what,
        PATIENCE,
        () -> {
          ends.stream().filter(CompletableFuture::isDone).forEach(CompletableFuture::join);
          assertThat(ends).as("roles at work").noneMatch(CompletableFuture::isDone);
          producers.forEach(one -> assertThat(one.alive()).as(one.tail()).isTrue());
          return condition.getAsBoolean();
        });
  }

  private long published() {
    return log.partitions(TOPICS.trajectories().name()).stream().mapToLong(log::end).sum();
  }

  /** Of all tasks drawn by now, more than a pass, once the last of their rollouts are there. */
  private void check() {
    await("more than a pass", () -> segmented() && byPlace.lastKey() > ROWS);
    int drawn = byPlace.lastKey();
    SortedMap<Integer, List<Trajectory>> wanted = byPlace.headMap(drawn + 1);
    await(
        "all rollouts of those tasks",
        () ->
            segmented()
                && wanted.size() > drawn
                && wanted.values().stream().allMatch(one -> one.size() >= ROLLOUTS));
    wanted.forEach(
        (place, rollouts) -> {
          assertThat(rollouts).as("rollouts of task %d", place).hasSize(ROLLOUTS);
          assertThat(rollouts).extracting(Trajectory::getTrajectoryId).doesNotHaveDuplicates();
          assertThat(rollouts)
              .extracting(Trajectory::getTaskId)
              .containsOnly(rollouts.get(0).getTaskId());
        });
    List<String> refused = refused();
    assertThat(refused).allMatch(reason -> reason.startsWith("duplicate"));
    assertThat(refused).as("published twice").hasSizeLessThanOrEqualTo(KILLS * SLOTS);
  }

  /** Reads on; false while there is nothing. */
  private boolean segmented() {
    TopicPartition segments = new TopicPartition(TOPICS.segments().name(), 0);
    next = log.read(segments, next, log.committedEnd(segments), this::take).offset();
    return !byPlace.isEmpty();
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    Trajectory one = TOPICS.segments().codec().decode(record.value()).getTrajectory();
    String group = one.getGroupId();
    int place = Integer.parseInt(group.substring(group.lastIndexOf(':') + 1));
    byPlace.computeIfAbsent(place, p -> new ArrayList<>()).add(one);
  }

  /** Reasons of all dead letters. */
  private List<String> refused() {
    List<String> reasons = new ArrayList<>();
    TopicPartition letters = new TopicPartition(TOPICS.deadLetters(), 0);
    log.read(
        letters,
        0,
        log.committedEnd(letters),
        record ->
            reasons.add(
                new String(
                    record.headers().lastHeader(DeadLetters.REASON).value(),
                    StandardCharsets.UTF_8)));
    return reasons;
  }
}
