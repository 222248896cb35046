package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.ClaimKind;
import io.sapo.schemas.RestartException;
import io.sapo.schemas.Task;
import io.sapo.schemas.TaskClaim;
import io.sapo.schemas.TopicAdmin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TopicTaskSourceTest {
  @Test
  void tasksNotFinishedAreHandedOutAgain() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture()) {
      for (String id : List.of("a", "b", "c", "d")) {
        kafka.send(kafka.topics().tasks().record(id, task(id)));
      }
      try (SharedTaskSource source = source(kafka, "one")) {
        assertThat(source.live()).isTrue();
        List<Task> tasks = take(source, 4);
        assertThat(tasks).extracting(Task::getTaskId).containsExactly("a", "b", "c", "d");
        assertThat(source.next()).isEmpty();
        source.finished(tasks.get(0));
        source.finished(tasks.get(2));
        source.finished(task("b"));
      }
      kafka.send(kafka.topics().tasks().record("e", task("e")));
      try (SharedTaskSource source = source(kafka, "one")) {
        List<Task> tasks = take(source, 3);
        assertThat(tasks).extracting(Task::getTaskId).containsExactly("b", "d", "e");
        tasks.forEach(source::finished);
      }
      kafka.send(kafka.topics().tasks().record("f", task("f")));
      try (SharedTaskSource source = source(kafka, "one")) {
        assertThat(take(source, 1)).extracting(Task::getTaskId).containsExactly("f");
      }
    }
  }

  @Test
  void anUndecodableRecordIsNamedAndTheNextOneFollows() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture();
        SharedTaskSource source = source(kafka, "one")) {
      byte[] bytes = {1, 2, 3};
      kafka.send(new ProducerRecord<>(kafka.topics().tasks().name(), new byte[] {'k'}, bytes));
      kafka.send(kafka.topics().tasks().record("a", task("a")));
      TaskFormatException[] failure = {null};
      KafkaFixture.await(
          "the refusal",
          () -> {
            failure[0] = catchThrowableOfType(TaskFormatException.class, source::next);
            return failure[0] != null;
          });
      assertThat(failure[0]).hasMessageContaining("tasks-0, offset 0");
      assertThat(failure[0].refused().orElseThrow().value()).isEqualTo(bytes);
      assertThat(take(source, 1)).extracting(Task::getTaskId).containsExactly("a");
    }
  }

  /** It would keep everybody from the tasks before it for ever. */
  @Test
  void aClaimOnTasksThatDoNotExistKeepsNobodyFromThoseThatDo() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture()) {
      String name = kafka.topics().tasks().name() + "-0";
      for (long number : new long[] {1_000_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE}) {
        kafka.send(
            kafka
                .topics()
                .taskClaims()
                .record(
                    name,
                    TaskClaim.newBuilder()
                        .setKind(ClaimKind.CLAIM)
                        .setSession("a-stranger")
                        .setSource(name)
                        .setStretch(number)
                        .build()));
      }
      kafka.send(kafka.topics().tasks().record("a", task("a")));
      kafka.send(kafka.topics().tasks().record("b", task("b")));
      try (SharedTaskSource one = source(kafka, "one");
          SharedTaskSource two = source(kafka, "two")) {
        assertThat(take(one, 1)).extracting(Task::getTaskId).containsExactly("b");
        assertThat(two.next()).as("a stranger may answer the first").isEmpty();
      }
    }
  }

  private final AtomicLong lives = new AtomicLong();
  private final AtomicLong nanos = new AtomicLong();

  private SharedTaskSource source(KafkaFixture kafka, String instance) {
    TasksTopic topic =
        new TasksTopic(kafka.clientConfig(), kafka.topics().tasks(), "producers", nanos::get);
    return new SharedTaskSource(
        topic.get(),
        topic,
        new ClaimLog(
            kafka.clientConfig(),
            kafka.topics(),
            instance,
            lives.incrementAndGet(),
            Duration.ofSeconds(10),
            System::nanoTime));
  }

  @Test
  void severalProducersShareWhatComes() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture();
        SharedTaskSource one = source(kafka, "one");
        SharedTaskSource two = source(kafka, "two")) {
      assertThat(one.next()).isEmpty();
      assertThat(two.next()).isEmpty();
      for (int i = 0; i < 6; i++) {
        kafka.send(kafka.topics().tasks().record("k", task("t" + i)));
      }
      List<String> drawn = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        drawn.add(take(one, 1).get(0).getTaskId());
        drawn.add(take(two, 1).get(0).getTaskId());
      }
      assertThat(drawn).containsExactly("t0", "t1", "t2", "t3", "t4", "t5");
      assertThat(one.next()).isEmpty();
      kafka.send(kafka.topics().tasks().record("k", task("t6")));
      assertThat(take(two, 1)).hasSize(1);
      assertThat(one.next()).isEmpty();
    }
  }

  @Test
  void whatAGroupOfAnEarlierReleaseHasDoneIsLeftOut() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture()) {
      for (String id : List.of("a", "b", "c")) {
        kafka.send(kafka.topics().tasks().record(id, task(id)));
      }
      try (Admin admin = Admin.create(kafka.clientConfig())) {
        admin
            .alterConsumerGroupOffsets(
                "producers",
                Map.of(
                    new TopicPartition(kafka.topics().tasks().name(), 0), new OffsetAndMetadata(2)))
            .all()
            .get();
      }
      try (SharedTaskSource source = source(kafka, "one")) {
        assertThat(take(source, 1)).extracting(Task::getTaskId).containsExactly("c");
      }
    }
  }

  @Test
  void tasksOfATopicMadeAnewAreGivenUnderPlacesOfTheirOwn() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture()) {
      for (int i = 0; i < 5; i++) {
        kafka.send(kafka.topics().tasks().record("k", task("old" + i)));
      }
      String place;
      try (SharedTaskSource source = source(kafka, "one")) {
        List<Task> tasks = take(source, 5);
        place = source.groupId(tasks.get(0)).orElseThrow();
        tasks.forEach(source::finished);
        makeAnew(kafka);
        kafka.send(kafka.topics().tasks().record("k", task("a")));
        kafka.send(kafka.topics().tasks().record("k", task("b")));
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThatThrownBy(source::next)
            .isInstanceOf(RestartException.class)
            .hasMessageContaining("tasks was deleted and made anew");
      }
      try (SharedTaskSource source = source(kafka, "one")) {
        List<Task> tasks = take(source, 2);
        assertThat(tasks).extracting(Task::getTaskId).containsExactly("a", "b");
        assertThat(source.groupId(tasks.get(0)).orElseThrow()).isNotEqualTo(place);
      }
    }
  }

  private static void makeAnew(KafkaFixture kafka) throws Exception {
    try (Admin admin = Admin.create(kafka.clientConfig())) {
      admin.deleteTopics(List.of(kafka.topics().tasks().name())).all().get();
      new TopicAdmin(admin, kafka.topics()).createAndCheck((short) 1);
    }
  }

  /** They know of no topic but the first, so their claims are on that one. */
  @Test
  void whatProducersOfAnEarlierReleaseHaveClaimedCountsForTheFirstTopicAlone() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture()) {
      for (String id : List.of("a", "b", "c")) {
        kafka.send(kafka.topics().tasks().record(id, task(id)));
      }
      claimAsBefore(kafka, 0);
      try (SharedTaskSource source = source(kafka, "one")) {
        List<Task> tasks = take(source, 1);
        assertThat(tasks).extracting(Task::getTaskId).containsExactly("b");
        assertThat(source.groupId(tasks.get(0))).contains(kafka.topics().tasks().name() + "-0:1");
        claimAsBefore(kafka, 2);
        assertThat(source.next()).isEmpty();
      }
      makeAnew(kafka);
      kafka.send(kafka.topics().tasks().record("d", task("d")));
      try (SharedTaskSource source = source(kafka, "one")) {
        assertThat(take(source, 1)).extracting(Task::getTaskId).containsExactly("d");
      }
    }
  }

  private static void claimAsBefore(KafkaFixture kafka, long stretch) throws Exception {
    String name = kafka.topics().tasks().name() + "-0";
    kafka.send(
        kafka
            .topics()
            .taskClaims()
            .record(
                name,
                TaskClaim.newBuilder()
                    .setKind(ClaimKind.CLAIM)
                    .setSession("earlier-1")
                    .setSource(name)
                    .setStretch(stretch)
                    .build()));
  }

  @Test
  void partitionsThatAreAddedAreSeenWithinAMinuteWithWhatWasClaimedThere() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture();
        SharedTaskSource early = source(kafka, "early")) {
      assertThat(early.next()).isEmpty();
      String name = kafka.topics().tasks().name();
      try (Admin admin = Admin.create(kafka.clientConfig())) {
        admin.createPartitions(Map.of(name, NewPartitions.increaseTo(2))).all().get();
      }
      for (String id : List.of("a", "b")) {
        byte[] value = kafka.topics().tasks().codec().encode(task(id));
        kafka.send(new ProducerRecord<>(name, 1, new byte[] {'k'}, value));
      }
      try (SharedTaskSource late = source(kafka, "late")) {
        assertThat(take(late, 1)).extracting(Task::getTaskId).containsExactly("a");
        assertThat(early.next()).as("it has not looked").isEmpty();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(take(early, 1)).extracting(Task::getTaskId).containsExactly("b");
      }
    }
  }

  private static List<Task> take(TaskSource source, int count) {
    List<Task> tasks = new ArrayList<>();
    KafkaFixture.await(
        count + " tasks",
        () -> {
          Optional<Task> next = source.next();
          next.ifPresent(tasks::add);
          return tasks.size() == count;
        });
    return tasks;
  }

  private static Task task(String id) {
    return Task.newBuilder()
        .setTaskId(id)
        .setPrompt("p")
        .setAnswer("1")
        .setVerifier("exact")
        .build();
  }
}
