package io.sapo.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.standalone.run.RoleKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Producers as processes, ended by SIGKILL wherever they are, some with tasks claimed and rollouts
 * in part published: each task of each pass is there once, with all of its rollouts.
 */
class KilledProducerProcessesTest {
  private static final int KILLS = Integer.getInteger("sapo.test.producer-kills", 2);
  private static final int ROLLOUTS = 2;

  private static final int ROWS = 24;
  private static final long ENDLESS = 1_000_000;
  private static final Topics TOPICS = new Topics("sapo.");

  @TempDir Path folder;
  private final List<String> settings = new ArrayList<>(TinyCheckpoint.SETTINGS);
  private Path checkpoint;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void eachTaskOfAPassIsPublishedOnce() throws Exception {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Path tasks = folder.resolve("tasks.jsonl");
    Files.write(
        tasks,
        IntStream.range(0, ROWS)
            .mapToObj(
                i -> "{\"id\": \"task-%d\", \"prompt\": \"%d\", \"answer\": \"0\"}".formatted(i, i))
            .toList());
    settings.addAll(
        List.of(
            "tasks.train=" + tasks,
            "tasks.verifier=exact",
            "producer.rollouts-per-task=" + ROLLOUTS,
            "run.updates=" + ENDLESS));
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
      settings.add("kafka.bootstrap-servers=" + broker.bootstrapServers());
      killProducersOf(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }
  }

  private void killProducersOf(Map<String, Object> client) throws Exception {
    List<Child> others = new ArrayList<>();
    List<Child> producers = new ArrayList<>();
    try {
      for (RoleKind kind : List.of(RoleKind.LEARNER, RoleKind.SEGMENTER)) {
        Child role = start(kind);
        others.add(role);
        role.awaitReady(Pipeline.LIMIT);
      }
      producers.add(producer());
      producers.add(producer());
      for (Child producer : producers) {
        producer.awaitReady(Pipeline.LIMIT);
      }
      for (int kill = 0; kill < KILLS; kill++) {
        awaitMore(client, ROLLOUTS * 3);
        producers.get(kill % 2).kill();
        producers.set(kill % 2, producer());
        producers.get(kill % 2).awaitReady(Pipeline.LIMIT);
      }
      check(client);
    } finally {
      for (Child producer : producers) {
        producer.close();
      }
      for (Child other : others) {
        other.close();
      }
    }
  }

  private Child producer() throws Exception {
    return start(RoleKind.PRODUCER);
  }

  private Child start(RoleKind kind) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--data",
                folder.resolve("data").toString(),
                "--set",
                "model.checkpoint=" + checkpoint));
    settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return Child.start(kind, List.of(), arguments, folder.resolve(kind.label() + ".log"), 0);
  }

  private static void awaitMore(Map<String, Object> client, int trajectories) throws Exception {
    try (Admin admin = Admin.create(client);
        CommittedLog log = new CommittedLog(admin, client)) {
      long before = published(log);
      while (published(log) < before + trajectories) {
        Thread.sleep(100);
      }
    }
  }

  private static long published(CommittedLog log) {
    return log.partitions(TOPICS.trajectories().name()).stream().mapToLong(log::end).sum();
  }

  /** Of all tasks drawn by now, more than a pass, once the last of their rollouts are there. */
  private static void check(Map<String, Object> client) throws InterruptedException {
    int drawn = byPlace(client).lastKey();
    while (drawn <= ROWS) {
      Thread.sleep(200);
      drawn = byPlace(client).lastKey();
    }
    SortedMap<Integer, List<Trajectory>> all = byPlace(client);
    while (all.headMap(drawn + 1).size() <= drawn
        || all.headMap(drawn + 1).values().stream().anyMatch(one -> one.size() < ROLLOUTS)) {
      Thread.sleep(200);
      all = byPlace(client);
    }
    all.headMap(drawn + 1)
        .forEach(
            (place, rollouts) -> {
              assertThat(rollouts).as("rollouts of task %d", place).hasSize(ROLLOUTS);
              assertThat(rollouts).extracting(Trajectory::getTrajectoryId).doesNotHaveDuplicates();
              assertThat(rollouts)
                  .extracting(Trajectory::getTaskId)
                  .containsOnly(rollouts.get(0).getTaskId());
            });
  }

  /** What was segmented, by the number of its task in the order of all passes. */
  private static SortedMap<Integer, List<Trajectory>> byPlace(Map<String, Object> client) {
    SortedMap<Integer, List<Trajectory>> byPlace = new TreeMap<>();
    try (Admin admin = Admin.create(client);
        CommittedLog log = new CommittedLog(admin, client)) {
      TopicPartition segments = new TopicPartition(TOPICS.segments().name(), 0);
      log.read(
          segments,
          0,
          log.committedEnd(segments),
          record -> {
            Trajectory one = TOPICS.segments().codec().decode(record.value()).getTrajectory();
            String group = one.getGroupId();
            int place = Integer.parseInt(group.substring(group.lastIndexOf(':') + 1));
            byPlace.computeIfAbsent(place, p -> new ArrayList<>()).add(one);
          });
    }
    return byPlace;
  }
}
