package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesTaskSourceTest {
  @TempDir Path temp;

  @Test
  void gsm8kAsItLies() throws Exception {
    try (TaskSource source = TaskSources.heldOut(resource("gsm8k") + "/train.jsonl", 0)) {
      List<Task> tasks = all(source);
      assertThat(tasks).hasSize(5);
      Task first = tasks.get(0);
      assertThat(first.getTaskId()).isEqualTo("train.jsonl:1");
      assertThat(first.getPrompt()).startsWith("Natalia sold clips").endsWith("April and May?");
      assertThat(first.getAnswer()).isEqualTo("72");
      assertThat(first.getVerifier()).isEqualTo("gsm8k");
      assertThat(first.getPictures()).isEmpty();
      assertThat(first.getSource()).isEqualTo("train.jsonl");
      assertThat(tasks).extracting(Task::getAnswer).containsExactly("72", "10", "5", "42", "624");
    }
  }

  @Test
  void dynamathAsItLies() throws Exception {
    Path folder = resource("dynamath");
    try (TaskSource source = TaskSources.heldOut(folder.toString(), 0)) {
      List<Task> tasks = all(source);
      assertThat(tasks)
          .extracting(Task::getTaskId)
          .containsExactly("dynamath-005", "dynamath-016", "dynamath-133");
      assertThat(tasks).extracting(Task::getVerifier).containsExactly("choice", "numeric", "exact");
      assertThat(tasks).extracting(Task::getAnswer).containsExactly("B", "72", "(4, 3)");
      Picture picture = tasks.get(0).getPictures().get(0);
      byte[] file = Files.readAllBytes(folder.resolve("images/005.png"));
      assertThat(picture.getBytes().array()).isEqualTo(file);
      assertThat(picture.getSha256())
          .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file)));
    }
  }

  @Test
  void foldersStandForTheFileTheyHold() throws Exception {
    String gsm8k = resource("gsm8k").toString();
    try (TaskSource training = TaskSources.open(gsm8k, 1);
        TaskSource heldOut = TaskSources.heldOut(gsm8k, 1)) {
      assertThat(training.name()).isEqualTo("train.jsonl");
      assertThat(heldOut.name()).isEqualTo("test.jsonl");
    }
    Files.writeString(temp.resolve("only.jsonl"), general("a", "1"));
    try (TaskSource only = TaskSources.open(temp.toString(), 1)) {
      assertThat(only.name()).isEqualTo("only.jsonl");
    }
    Files.writeString(temp.resolve("second.jsonl"), general("a", "1"));
    assertThatThrownBy(() -> TaskSources.open(temp.toString(), 1))
        .hasMessageContaining("only.jsonl")
        .hasMessageContaining("second.jsonl");
    assertThatThrownBy(() -> TaskSources.open(temp.resolve("none").toString(), 1))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("no such file or folder");
  }

  @Test
  void generalLayoutWithDefaults() throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": "1 + 1?", "answer": 2}

        {"id": "b", "prompt": "2 + 2?", "images": [], "answer": "4", "verifier": "numeric"}\
        """);
    try (TaskSource source = TaskSources.heldOut(file.toString(), 0)) {
      List<Task> tasks = all(source);
      assertThat(tasks).extracting(Task::getTaskId).containsExactly("tasks.jsonl:1", "b");
      assertThat(tasks).extracting(Task::getAnswer).containsExactly("2", "4");
      assertThat(tasks).extracting(Task::getVerifier).containsExactly("exact", "numeric");
    }
  }

  @Test
  void everyPassIsAPermutationThatTheSeedAloneDecides() throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      lines.append(general("t" + i, "x")).append('\n');
    }
    Files.writeString(file, lines);
    List<String> first = take(file, 7, 400);
    assertThat(take(file, 7, 400)).isEqualTo(first);
    assertThat(take(file, 8, 400)).isNotEqualTo(first);
    assertThat(new HashSet<>(first)).hasSize(400);
    List<String> pass1 = first.subList(0, 200);
    List<String> pass2 =
        first.subList(200, 400).stream().map(id -> id.replaceFirst("@2$", "")).toList();
    assertThat(pass2).containsExactlyInAnyOrderElementsOf(pass1).isNotEqualTo(pass1);
    assertThat(pass1).isNotEqualTo(pass1.stream().sorted().toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          not json                                           | not valid JSON
          [1, 2]                                             | not a JSON object
          {"prompt": "p"}                                    | 'answer' is missing
          {"prompt": ["p"], "answer": "1"}                   | 'prompt' is missing or no text
          {"prompt": "p", "answer": "1", "images": "x"}      | 'images' is no list
          {"prompt": "p", "answer": "1", "images": [1]}      | no path
          {"prompt": "p", "answer": "1", "images": ["n.png"]} | picture n.png is not in
          {"prompt": "p", "answer": "1", "images": ["../n"]} | lies outside
          {"prompt": "p", "answer": "1", "images": ["/etc/hostname"]} | lies outside
          {"prompt": "p", "answer": "1", "images": ["big"]}  | at most
          """)
  void aBadLineIsNamedAndTheNextOneFollows(String line, String reason) throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    Files.write(temp.resolve("big"), new byte[PictureFiles.MAX_BYTES + 1]);
    Files.writeString(file, general("a", "1") + "\n\n" + line + "\n" + general("b", "2") + "\n");
    try (TaskSource source = TaskSources.heldOut(file.toString(), 0)) {
      assertThat(source.next().orElseThrow().getTaskId()).isEqualTo("a");
      TaskFormatException failure = catchThrowableOfType(TaskFormatException.class, source::next);
      assertThat(failure).hasMessageContaining("tasks.jsonl, line 3").hasMessageContaining(reason);
      RefusedTask refused = failure.refused().orElseThrow();
      assertThat(refused.source()).isEqualTo("tasks.jsonl");
      assertThat(refused.offset()).isEqualTo(3);
      assertThat(new String(refused.value())).isEqualTo(line);
      assertThat(source.next().orElseThrow().getTaskId()).isEqualTo("b");
      assertThat(source.next()).isEmpty();
    }
  }

  @Test
  void picturesThatWouldMakeTheRecordLargeGoByPath() throws Exception {
    Files.write(temp.resolve("half"), new byte[PictureFiles.MAX_INLINE_BYTES / 2 + 1]);
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(
        file, "{\"prompt\": \"p\", \"answer\": \"1\", \"images\": [\"half\", \"half\"]}");
    try (TaskSource source = TaskSources.heldOut(file.toString(), 0)) {
      List<Picture> pictures = source.next().orElseThrow().getPictures();
      assertThat(pictures.get(0).getBytes()).isNotNull();
      assertThat(pictures.get(0).getPath()).isNull();
      assertThat(pictures.get(1).getBytes()).isNull();
      assertThat(Path.of(pictures.get(1).getPath()))
          .isAbsolute()
          .hasSameBinaryContentAs(temp.resolve("half"));
      assertThat(pictures.get(1).getSha256()).isEqualTo(pictures.get(0).getSha256());
    }
  }

  @Test
  void aFileWithoutTasksIsRefusedOnOpening() throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(file, "\n \n");
    assertThatThrownBy(() -> TaskSources.open(file.toString(), 0))
        .hasMessageContaining("no tasks in")
        .hasMessageContaining("tasks.jsonl");
    Files.writeString(file, "{\"question\": \"q\", \"reference_solution\": \"r\"}");
    assertThatThrownBy(() -> TaskSources.open(file.toString(), 0))
        .hasMessageContaining("line 1")
        .hasMessageContaining("[question, reference_solution]");
  }

  @Test
  void aFileOfWhichNothingIsReadableFailsInsteadOfGoingRoundForEver() throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(
        file, "{\"prompt\": \"p\"}\n{\"prompt\": \"p\", \"answer\": \"1\", \"images\": [\"n\"]}\n");
    try (TaskSource source = TaskSources.open(file.toString(), 0)) {
      for (int i = 0; i < 2; i++) {
        assertThat(catchThrowableOfType(TaskFormatException.class, source::next).refused())
            .isPresent();
      }
      TaskFormatException failure = catchThrowableOfType(TaskFormatException.class, source::next);
      assertThat(failure).hasMessageContaining("not one of its 2 lines");
      assertThat(failure.refused()).isEmpty();
    }
  }

  private static String general(String id, String answer) {
    return "{\"id\": \"%s\", \"prompt\": \"p\", \"answer\": \"%s\"}".formatted(id, answer);
  }

  private static List<String> take(Path file, long seed, int count) {
    List<String> ids = new ArrayList<>();
    try (TaskSource source = TaskSources.open(file.toString(), seed)) {
      for (int i = 0; i < count; i++) {
        ids.add(source.next().orElseThrow().getTaskId());
      }
    }
    return ids;
  }

  private static List<Task> all(TaskSource source) {
    List<Task> tasks = new ArrayList<>();
    for (var next = source.next(); next.isPresent(); next = source.next()) {
      tasks.add(next.get());
    }
    return tasks;
  }

  private static Path resource(String name) throws URISyntaxException, IOException {
    return Path.of(JsonLinesTaskSourceTest.class.getResource(name).toURI());
  }
}
