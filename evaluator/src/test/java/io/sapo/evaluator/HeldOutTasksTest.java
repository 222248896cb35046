package io.sapo.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.producer.TaskSources;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.producer.task.TaskSpec;
import io.sapo.schemas.Task;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldOutTasksTest {
  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void tasksWithPictures() throws IOException {
    for (int i = 0; i < 3; i++) {
      BufferedImage image = new BufferedImage(8 + i, 8, BufferedImage.TYPE_INT_RGB);
      image.setRGB(i, i, 0xff00ff);
      ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
    }
    file =
        Files.writeString(
            folder.resolve("test.jsonl"),
            """
            {"id": "a", "prompt": "what?", "images": ["0.png", "1.png"], "answer": "1"}
            {"id": "b", "prompt": "and é?", "images": ["gone.png"], "answer": "2"}
            {"id": "c", "prompt": "2 + 2?", "images": [], "answer": "4", "verifier": "numeric"}
            {"id": "d", "prompt": "which?", "images": ["2.png"], "answer": "5"}
            """);
  }

  @Test
  void theTasksOfTheFileInAnyOrderWithTheirPicturesThoughItIsGone() throws IOException {
    List<Task> expected = readable(4);
    try (HeldOutTasks tasks = HeldOutTasks.read(spec(), 1, 10)) {
      Files.delete(file);
      Files.delete(folder.resolve("0.png"));
      assertThat(tasks.size()).isEqualTo(3);
      assertThat(tasks.unreadable()).isEqualTo(1);
      assertThat(tasks.get(2)).isEqualTo(expected.get(2));
      assertThat(tasks.get(0)).isEqualTo(expected.get(0));
      assertThat(tasks.get(1)).isEqualTo(expected.get(1));
      assertThat(tasks.get(0).getPictures()).hasSize(2);
    }
  }

  @Test
  void noMoreThanAreAskedFor() {
    try (HeldOutTasks tasks = HeldOutTasks.read(spec(), 1, 2)) {
      assertThat(tasks.size()).isEqualTo(2);
      assertThat(tasks.get(1).getTaskId().toString()).contains("c");
    }
  }

  @Test
  void whoGetsATaskMayChangeIt() {
    try (HeldOutTasks tasks = HeldOutTasks.read(spec(), 1, 1)) {
      tasks.get(0).setPictures(List.of());
      assertThat(tasks.get(0).getPictures()).hasSize(2);
    }
  }

  @Test
  void aFileWithoutAReadableTaskIsRefused() throws IOException {
    Files.writeString(
        file, "{\"id\": \"b\", \"prompt\": \"p\", \"images\": [\"gone.png\"], \"answer\": \"2\"}");
    assertThatThrownBy(() -> HeldOutTasks.read(spec(), 1, 10))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("no readable task");
  }

  private TaskSpec spec() {
    return TaskSpec.of("figures").withHeldOut(file.toString());
  }

  private List<Task> readable(int rows) throws IOException {
    List<Task> found = new ArrayList<>();
    try (TaskSource source = TaskSources.heldOut(spec(), 1)) {
      for (int row = 0; row < rows; row++) {
        next(source).ifPresent(found::add);
      }
    }
    return found;
  }

  private static Optional<Task> next(TaskSource source) {
    try {
      return source.next();
    } catch (TaskFormatException e) {
      return Optional.empty();
    }
  }
}
