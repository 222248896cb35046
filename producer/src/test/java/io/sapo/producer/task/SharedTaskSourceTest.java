package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.KafkaFixture;
import io.sapo.producer.TaskSources;
import io.sapo.schemas.ClaimKind;
import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.Task;
import io.sapo.schemas.TaskClaim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedTaskSourceTest {
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final AtomicLong lives = new AtomicLong();
  private final AtomicLong nanos = new AtomicLong();
  private KafkaFixture kafka;
  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    kafka = new KafkaFixture();
  }

  @AfterEach
  void stop() throws Exception {
    kafka.close();
  }

  private SharedTaskSource open(String spec) {
    return open(spec, "me");
  }

  private SharedTaskSource open(String spec, String instance) {
    return new SharedTaskSource(List.of(TaskSources.open(trained(spec), 3)), log(instance));
  }

  private ClaimLog log(String instance) {
    return new ClaimLog(
        kafka.clientConfig(), kafka.topics(), instance, lives.incrementAndGet(), LEASE, nanos::get);
  }

  private static TaskSpec trained(String spec) {
    return TaskSpec.of(spec).withHeldOut("figures");
  }

  private static List<String> ids(TaskSource source, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> source.next().orElseThrow())
        .map(Task::getTaskId)
        .toList();
  }

  private Path lines(int count) throws IOException {
    return Files.writeString(
        folder.resolve("tasks.jsonl"),
        IntStream.range(0, count)
            .mapToObj(i -> "{\"question\": \"q%d\", \"answer\": \"#### %d\"}".formatted(i, i))
            .collect(Collectors.joining("\n")));
  }

  @Test
  void twoAtATimeAndOneThatComesBackDrawEveryTaskOnce() throws IOException {
    String file = lines(200).toString();
    List<String> finished = new ArrayList<>();
    try (SharedTaskSource one = open(file, "one");
        SharedTaskSource two = open(file, "two")) {
      for (int i = 0; i < 4; i++) {
        finish(one, 10, finished);
        finish(two, 25, finished);
      }
      one.next();
      two.next();
    }
    try (SharedTaskSource again = open(file, "one")) {
      finish(again, 60, finished);
    }
    assertThat(finished).as("one pass").hasSize(200).doesNotHaveDuplicates();
  }

  @Test
  void whatAKilledOneHadIsTakenOverWhenItHasBeenSilentForLongEnough() throws IOException {
    String file = lines(64).toString();
    List<String> finished = new ArrayList<>();
    SharedTaskSource killed = open(file, "killed");
    finish(killed, 5, finished);
    killed.next();
    SharedTaskSource other = open(file, "other");
    finish(other, 32, finished);
    assertThat(other.next().orElseThrow().getTaskId()).as("of the next pass").endsWith("@2");
    nanos.addAndGet(LEASE.toNanos() + 1);
    SharedTaskSource third = open(file, "third");
    nanos.addAndGet(LEASE.toNanos() + 1);
    heartbeat("other", 2, "running");
    finish(third, 27, finished);
    assertThat(finished).as("one pass").hasSize(64).doesNotHaveDuplicates();
    assertThat(third.next().orElseThrow().getTaskId()).endsWith("@2");
    List.of(killed, other, third).forEach(SharedTaskSource::close);
  }

  /** Its offset would be taken for the number of tasks that earlier releases had drawn. */
  @Test
  void aRecordWithoutValueBehindAClaimTakesNoTasksAway() throws Exception {
    String file = lines(32).toString();
    try (SharedTaskSource source = open(file)) {
      assertThat(source.groupId(source.next().orElseThrow())).contains("tasks.jsonl:0");
    }
    for (int i = 0; i < 20; i++) {
      kafka.send(new ProducerRecord<>(kafka.topics().taskClaims().name(), new byte[] {1}, null));
    }
    try (SharedTaskSource source = open(file, "another")) {
      assertThat(ids(source, 33)).last().asString().endsWith("@2");
    }
  }

  /** All before it would be lost; and behind the greatest number everything begins again. */
  @Test
  void aClaimFarAheadIsSkipped() throws Exception {
    for (long number : new long[] {1_000_000, 1L << 60, Long.MAX_VALUE}) {
      kafka.send(
          kafka
              .topics()
              .taskClaims()
              .record(
                  "tasks.jsonl",
                  TaskClaim.newBuilder()
                      .setKind(ClaimKind.CLAIM)
                      .setSession("a-stranger")
                      .setSource("tasks.jsonl")
                      .setStretch(number)
                      .build()));
    }
    try (SharedTaskSource source = open(lines(32).toString())) {
      assertThat(source.groupId(source.next().orElseThrow())).contains("tasks.jsonl:0");
    }
  }

  @Test
  void theSameTaskMakesTheSameGroupWhoeverDrawsIt() throws IOException {
    String file = lines(32).toString();
    Map<String, String> groups = new TreeMap<>();
    try (SharedTaskSource one = open(file, "one")) {
      for (int i = 0; i < 40; i++) {
        Task task = one.next().orElseThrow();
        groups.put(task.getTaskId(), one.groupId(task).orElseThrow());
      }
    }
    assertThat(groups.values()).doesNotHaveDuplicates().contains("tasks.jsonl:0");
    try (SharedTaskSource two = open(file, "two")) {
      for (int i = 0; i < 40; i++) {
        Task task = two.next().orElseThrow();
        assertThat(groups).containsEntry(task.getTaskId(), two.groupId(task).orElseThrow());
      }
    }
  }

  @Test
  void oneThatWasTakenForDeadStopsDrawingWhatOthersHaveTakenOver() throws IOException {
    String file = lines(64).toString();
    SharedTaskSource slow = open(file, "slow");
    slow.next();
    try (SharedTaskSource quick = open(file, "quick")) {
      assertThat(ids(quick, 1)).hasSize(1);
      nanos.addAndGet(LEASE.toNanos() + 1);
      List<String> taken = ids(quick, 63);
      assertThat(taken).filteredOn(id -> !id.endsWith("@2")).hasSize(63);
      KafkaFixture.await(
          "news of the loss", () -> slow.next().orElseThrow().getTaskId().endsWith("@2"));
    }
    slow.close();
  }

  @Test
  void oneThatWasTakenForDeadTakesBackWhatTheOtherLeavesBehind() throws IOException {
    String file = lines(32).toString();
    List<String> finished = new ArrayList<>();
    SharedTaskSource slow = open(file, "slow");
    finish(slow, 3, finished);
    SharedTaskSource quick = open(file, "quick");
    nanos.addAndGet(LEASE.toNanos() + 1);
    finish(quick, 4, finished);
    KafkaFixture.await(
        "news of the loss",
        () -> {
          finish(slow, 1, finished);
          return finished.get(finished.size() - 1).endsWith("@2");
        });
    nanos.addAndGet(LEASE.toNanos() + 1);
    KafkaFixture.await(
        "the rest of the first pass",
        () -> {
          finish(slow, 1, finished);
          return finished.stream().filter(id -> !id.contains("@")).distinct().count() == 32;
        });
    slow.close();
    quick.close();
  }

  @Test
  void stretchesOfEarlierReleasesAreTakenForDrawn() throws Exception {
    String topic = kafka.topics().taskClaims().name();
    kafka.send(new ProducerRecord<>(topic, new byte[] {'x'}, null));
    kafka.send(new ProducerRecord<>(topic, new byte[] {'x'}, null));
    try (SharedTaskSource source = open(lines(64).toString());
        OrderedTaskSource alone = TaskSources.open(trained(lines(64).toString()), 3)) {
      alone.seek(2, 32);
      assertThat(ids(source, 32)).isEqualTo(ids(alone, 32));
    }
  }

  @Test
  void anUnreadableLineIsRefusedOnceAndDone() throws IOException {
    Path file = folder.resolve("bad.jsonl");
    Files.writeString(file, "{\"question\": \"q\", \"answer\": \"#### 1\"}\nnonsense\n");
    int refusals = 0;
    try (SharedTaskSource source = open(file.toString(), "one")) {
      for (int i = 0; i < 32; i++) {
        try {
          source.finished(source.next().orElseThrow());
        } catch (TaskFormatException e) {
          refusals++;
        }
      }
      assertThat(refusals).isEqualTo(16);
    }
    try (SharedTaskSource source = open(file.toString(), "two")) {
      for (int i = 0; i < 2; i++) {
        try {
          assertThat(source.next().orElseThrow().getTaskId()).endsWith("@17");
        } catch (TaskFormatException e) {
          assertThat(e).hasMessageContaining("line 2");
        }
      }
    }
  }

  private static void finish(SharedTaskSource source, int count, List<String> finished) {
    for (int i = 0; i < count; i++) {
      Task task = source.next().orElseThrow();
      finished.add(task.getTaskId());
      source.finished(task);
    }
  }

  private void heartbeat(String instance, long startedAtMs, String state) {
    Status status =
        Status.newBuilder()
            .setComponent(Component.PRODUCER)
            .setInstance(instance)
            .setState(state)
            .setVersion(0)
            .setStartedAtMs(startedAtMs)
            .setAtMs(0)
            .setIntervalMs(1_000)
            .setGauges(Map.of())
            .build();
    try {
      kafka.send(kafka.topics().status().record("producer/" + instance, status));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aStretchIsTheSameWhoeverDrawsIt() {
    try (OrderedTaskSource one = TaskSources.open(trained("figures"), 3);
        OrderedTaskSource two = TaskSources.open(trained("figures"), 3)) {
      one.seek(0, 4);
      List<String> ignored = ids(one, 4);
      one.seek(5, 4);
      two.seek(5, 4);
      Task a = one.next().orElseThrow();
      Task b = two.next().orElseThrow();
      assertThat(a).isEqualTo(b);
      assertThat(ignored).doesNotContain(a.getTaskId());
      two.seek(6, 4);
      assertThat(two.next().orElseThrow().getPictures()).isNotEqualTo(a.getPictures());
    }
  }

  @Test
  void stretchesOfAFileLongerThanAPassGoOnInTheNext() throws IOException {
    try (OrderedTaskSource source = TaskSources.open(trained(lines(5).toString()), 3)) {
      source.seek(1, 4);
      List<String> bySeek = ids(source, 4);
      try (OrderedTaskSource whole = TaskSources.open(trained(lines(5).toString()), 3)) {
        assertThat(bySeek).isEqualTo(ids(whole, 8).subList(4, 8));
      }
    }
  }
}
