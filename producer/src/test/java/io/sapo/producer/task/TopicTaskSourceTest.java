package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class TopicTaskSourceTest {
  @Test
  void tasksNotFinishedAreHandedOutAgain() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture()) {
      for (String id : List.of("a", "b", "c", "d")) {
        kafka.send(kafka.topics().tasks().record(id, task(id)));
      }
      try (TopicTaskSource source = source(kafka)) {
        assertThat(source.live()).isTrue();
        List<Task> tasks = take(source, 4);
        assertThat(tasks).extracting(Task::getTaskId).containsExactly("a", "b", "c", "d");
        assertThat(source.next()).isEmpty();
        source.finished(tasks.get(0));
        source.finished(tasks.get(2));
        source.finished(task("b"));
      }
      kafka.send(kafka.topics().tasks().record("e", task("e")));
      try (TopicTaskSource source = source(kafka)) {
        List<Task> tasks = take(source, 4);
        assertThat(tasks).extracting(Task::getTaskId).containsExactly("b", "c", "d", "e");
        tasks.forEach(source::finished);
      }
      kafka.send(kafka.topics().tasks().record("f", task("f")));
      try (TopicTaskSource source = source(kafka)) {
        assertThat(take(source, 1)).extracting(Task::getTaskId).containsExactly("f");
      }
    }
  }

  @Test
  void anUndecodableRecordIsNamedAndTheNextOneFollows() throws Exception {
    try (KafkaFixture kafka = new KafkaFixture();
        TopicTaskSource source = source(kafka)) {
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

  private static TopicTaskSource source(KafkaFixture kafka) {
    return new TopicTaskSource(kafka.clientConfig(), kafka.topics().tasks(), "producers");
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
