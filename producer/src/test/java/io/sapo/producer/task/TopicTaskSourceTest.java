package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.ClaimKind;
import io.sapo.schemas.Task;
import io.sapo.schemas.TaskClaim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
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

  private SharedTaskSource source(KafkaFixture kafka, String instance) {
    return new SharedTaskSource(
        TopicTaskSource.open(kafka.clientConfig(), kafka.topics().tasks(), "producers"),
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
