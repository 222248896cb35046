package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.KafkaFixture;
import io.sapo.producer.TaskSources;
import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three producers that are killed again and again in the middle of what they have claimed: before a
 * task is drawn, between the members of its group, before it is noted as done. Some come back under
 * their name, of others the next one only hears nothing any more. What is published is kept by
 * trajectory id, as the segmenter does. {@code -Dsapo.kills=1000} for many.
 */
class KilledProducersTest {
  private static final int KILLS = Integer.getInteger("sapo.kills", 45);
  private static final int PRODUCERS = 3;
  private static final int GROUP = 2;
  private static final int TASKS = 300;
  private static final Duration LEASE = Duration.ofSeconds(2);

  /** By trajectory id, the task that it answers. */
  private final Map<String, String> published = new ConcurrentHashMap<>();

  private final Map<String, Long> alive = new ConcurrentHashMap<>();
  private final AtomicLong lives = new AtomicLong();
  private final AtomicInteger kills = new AtomicInteger();
  private final AtomicInteger repetitions = new AtomicInteger();
  private KafkaFixture kafka;
  private Path file;
  @TempDir Path folder;

  @Test
  void everyTaskIsAnsweredOnceAPassWhoeverIsKilled() throws Exception {
    file =
        Files.writeString(
            folder.resolve("tasks.jsonl"),
            IntStream.range(0, TASKS)
                .mapToObj(i -> "{\"question\": \"q%d\", \"answer\": \"#### %d\"}".formatted(i, i))
                .collect(Collectors.joining("\n")));
    ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor();
    ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
    try (KafkaFixture fixture = new KafkaFixture()) {
      kafka = fixture;
      heart.scheduleWithFixedDelay(this::beat, 0, 100, TimeUnit.MILLISECONDS);
      List<Future<Void>> ends = new ArrayList<>();
      for (int i = 0; i < PRODUCERS; i++) {
        ends.add(threads.submit(producer(i)));
      }
      for (Future<Void> end : ends) {
        end.get();
      }
      long claimed = finishAll();
      int drawn = published.size();
      Set<String> missing = new TreeSet<>();
      for (long number = 0; number < claimed; number++) {
        for (int member = 0; member < GROUP; member++) {
          String id = "tasks.jsonl:%d/%d".formatted(number, member);
          if (published.remove(id) == null) {
            missing.add(id);
          }
        }
      }
      assertThat(missing).as("of %d tasks, after %s kills", claimed, kills).isEmpty();
      assertThat(published).as("what nobody claimed").isEmpty();
      assertThat(kills.get()).isGreaterThanOrEqualTo(KILLS);
      assertThat(repetitions.get())
          .as("of %d trajectories, after %s kills: of the task that is not noted yet", drawn, kills)
          .isLessThanOrEqualTo(kills.get() * GROUP);
    } finally {
      heart.shutdownNow();
      threads.shutdownNow();
    }
  }

  private Callable<Void> producer(int index) {
    return () -> {
      Random random = new Random(index);
      while (kills.get() < KILLS) {
        // Now and then another one comes in its place, who must wait for the lease.
        String name = "p" + index + (random.nextInt(8) == 0 ? "-" + lives.get() : "");
        live(name, random);
        kills.incrementAndGet();
      }
      return null;
    };
  }

  /** One life, which ends wherever it is: nothing is given back. */
  private void live(String name, Random random) {
    long started = lives.incrementAndGet();
    alive.put(name, started);
    beat();
    ClaimLog log =
        new ClaimLog(kafka.clientConfig(), kafka.topics(), name, started, LEASE, System::nanoTime);
    SharedTaskSource source =
        new SharedTaskSource(
            List.of(TaskSources.open(TaskSpec.of(file.toString()).withHeldOut("figures"), 7)), log);
    int left = random.nextInt(40);
    List<Task> drawn = new ArrayList<>();
    while (left-- > 0) {
      drawn.add(source.next().orElseThrow());
      if (random.nextInt(3) > 0) {
        Task task = drawn.remove(random.nextInt(drawn.size()));
        int members = left == 0 ? random.nextInt(GROUP + 1) : GROUP;
        publish(source, task, members);
        if (members == GROUP && left > 0) {
          source.finished(task);
        }
      }
    }
    alive.remove(name);
    log.close();
  }

  private void publish(SharedTaskSource source, Task task, int members) {
    String group = source.groupId(task).orElseThrow();
    for (int member = 0; member < members; member++) {
      String before = published.put(group + "/" + member, task.getTaskId());
      if (before != null) {
        repetitions.incrementAndGet();
        assertThat(before).as(group).isEqualTo(task.getTaskId());
      }
    }
  }

  /** The last producer answers all that was left, and to the end of a stretch. */
  private long finishAll() {
    long started = lives.incrementAndGet();
    alive.put("last", started);
    OrderedTaskSource tasks =
        TaskSources.open(TaskSpec.of(file.toString()).withHeldOut("figures"), 7);
    ClaimLog log =
        new ClaimLog(
            kafka.clientConfig(), kafka.topics(), "last", started, LEASE, System::nanoTime);
    try (SharedTaskSource source = new SharedTaskSource(List.of(tasks), log)) {
      source.next().ifPresent(first -> finish(source, first));
      long claimed = log.claims().next(tasks);
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
      while (log.claims().open(tasks).keySet().stream().anyMatch(stretch -> stretch < claimed)) {
        assertThat(System.nanoTime()).as("left: %s", log.claims().open(tasks)).isLessThan(deadline);
        finish(source, source.next().orElseThrow());
      }
      long next = log.claims().next(tasks);
      while (log.claims().open(tasks).keySet().stream().anyMatch(stretch -> stretch < next)) {
        finish(source, source.next().orElseThrow());
      }
      for (long stretch : log.claims().open(tasks).keySet()) {
        published
            .keySet()
            .removeIf(id -> Long.parseLong(id.replaceAll(".*:|/.*", "")) / 32 == stretch);
      }
      return next * 32;
    }
  }

  private void finish(SharedTaskSource source, Task task) {
    publish(source, task, GROUP);
    source.finished(task);
  }

  private synchronized void beat() {
    alive.forEach(
        (name, started) -> {
          Status status =
              Status.newBuilder()
                  .setComponent(Component.PRODUCER)
                  .setInstance(name)
                  .setState("running")
                  .setVersion(0)
                  .setStartedAtMs(started)
                  .setAtMs(0)
                  .setIntervalMs(100)
                  .setGauges(Map.of())
                  .build();
          try {
            kafka.send(kafka.topics().status().record("producer/" + name, status));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
