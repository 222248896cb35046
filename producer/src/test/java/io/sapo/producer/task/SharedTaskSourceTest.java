package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.producer.KafkaFixture;
import io.sapo.schemas.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedTaskSourceTest {
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
    return new SharedTaskSource(
        kafka.clientConfig(), kafka.topics().taskClaims(), "me", TaskSources.open(spec, 3));
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
  void twoAtATimeAndOneThatComesBackNeverDrawATaskTwice() {
    List<String> drawn = new ArrayList<>();
    try (SharedTaskSource one = open("figures");
        SharedTaskSource two = open("figures")) {
      for (int i = 0; i < 5; i++) {
        drawn.addAll(ids(one, 20));
        drawn.addAll(ids(two, 50));
      }
    }
    try (SharedTaskSource again = open("figures")) {
      drawn.addAll(ids(again, 100));
    }
    assertThat(drawn).hasSize(450).doesNotHaveDuplicates();
  }

  /** Who asks ahead first is a matter of time; that each gets another stretch is not. */
  @Test
  void aFileIsGoneThroughTogether() throws IOException {
    int stretch = SharedTaskSource.STRETCH;
    String file = lines(4 * stretch).toString();
    List<List<String>> drawn = new ArrayList<>();
    try (SharedTaskSource one = open(file);
        SharedTaskSource two = open(file)) {
      for (int i = 0; i < 2; i++) {
        drawn.add(ids(one, stretch));
        drawn.add(ids(two, stretch));
      }
    }
    int claimed = drawn.size() + 2;
    List<List<String>> stretches = new ArrayList<>();
    try (OrderedTaskSource alone = TaskSources.open(file, 3)) {
      for (int number = 0; number < claimed; number++) {
        alone.seek(number, stretch);
        stretches.add(ids(alone, stretch));
      }
    }
    assertThat(stretches.subList(0, 4).stream().flatMap(List::stream))
        .as("one pass")
        .hasSize(4 * stretch)
        .doesNotHaveDuplicates();
    assertThat(drawn).doesNotHaveDuplicates().isSubsetOf(stretches);
  }

  @Test
  void aStretchIsTheSameWhoeverDrawsIt() {
    try (OrderedTaskSource one = TaskSources.open("figures", 3);
        OrderedTaskSource two = TaskSources.open("figures", 3)) {
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
    try (OrderedTaskSource source = TaskSources.open(lines(5).toString(), 3)) {
      source.seek(1, 4);
      List<String> bySeek = ids(source, 4);
      try (OrderedTaskSource whole = TaskSources.open(lines(5).toString(), 3)) {
        assertThat(bySeek).isEqualTo(ids(whole, 8).subList(4, 8));
      }
    }
  }
}
