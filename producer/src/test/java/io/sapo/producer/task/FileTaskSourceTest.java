package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.pictures.PictureLimits;
import io.sapo.producer.TaskSources;
import io.sapo.schemas.ChatMessage;
import io.sapo.schemas.ContentPart;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileTaskSourceTest {
  @TempDir Path temp;

  @Test
  void gsm8kAsItLies() throws Exception {
    try (TaskSource source = whole(resource("gsm8k") + "/train.jsonl")) {
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
    try (TaskSource source = whole(folder.toString())) {
      List<Task> tasks = all(source);
      assertThat(tasks)
          .extracting(Task::getTaskId)
          .containsExactly("dynamath-005", "dynamath-016", "dynamath-133");
      assertThat(tasks).extracting(Task::getVerifier).containsExactly("choice", "numeric", "exact");
      assertThat(tasks).extracting(Task::getAnswer).containsExactly("B", "72", "(4, 3)");
      Picture picture = tasks.get(0).getPictures().get(0);
      byte[] file = Files.readAllBytes(folder.resolve("images/005.png"));
      assertThat(picture.getBytes().array()).isEqualTo(file);
      assertThat(picture.getSha256()).isEqualTo(DigestUtils.sha256Hex(file));
    }
  }

  @Test
  void foldersStandForTheFileTheyHold() throws Exception {
    String gsm8k = resource("gsm8k").toString();
    try (TaskSource training = TaskSources.open(trained(gsm8k), 1);
        TaskSource heldOut = TaskSources.heldOut(TaskSpec.of(gsm8k), 1)) {
      assertThat(training.name()).isEqualTo("train.jsonl");
      assertThat(heldOut.name()).isEqualTo("test.jsonl");
    }
    Files.writeString(temp.resolve("only.jsonl"), general("a", "1"));
    try (TaskSource only = TaskSources.open(trained(temp.toString()), 1)) {
      assertThat(only.name()).isEqualTo("only.jsonl");
    }
    Files.writeString(temp.resolve("second.jsonl"), general("a", "1"));
    assertThatThrownBy(() -> TaskSources.open(trained(temp.toString()), 1))
        .hasMessageContaining("only.jsonl")
        .hasMessageContaining("second.jsonl");
    assertThatThrownBy(() -> TaskSources.open(trained(temp.resolve("none").toString()), 1))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("no such file or folder");
  }

  @Test
  void tasksOfGsm8kAreToldHowToMarkTheAnswer() throws Exception {
    TaskSpec gsm8k = TaskSpec.of(resource("gsm8k").toString());
    String mark = TaskSources.instruction(gsm8k).orElseThrow();
    assertThat(mark).contains("output the final answer after \"####\"");
    try (TaskSource source = TaskSources.open(told(gsm8k, "", mark), 1)) {
      assertThat(source.next().orElseThrow().getPrompt()).endsWith("?\n\n" + mark);
    }
    Path other = Files.writeString(temp.resolve("other.jsonl"), general("a", "1"));
    assertThat(TaskSources.instruction(told(gsm8k, "exact", ""))).as("its own verifier").isEmpty();
    assertThat(TaskSources.instruction(told(gsm8k, "gsm8k-steps", ""))).contains(mark);
    assertThat(TaskSources.instruction(gsm8k.withHeldOut(other.toString())))
        .as("as a producer decides that has no held-out file")
        .contains(mark);
    assertThat(TaskSources.instruction(TaskSpec.of(other.toString()))).isEmpty();
    assertThat(TaskSources.instruction(gsm8k.withHeldOut("figures"))).contains(mark);
    assertThat(TaskSources.instruction(TaskSpec.of("figures").withHeldOut(gsm8k.train())))
        .contains(mark);
    assertThat(TaskSources.instruction(gsm8k.withHeldOut("absent"))).contains(mark);
    assertThat(TaskSources.instruction(TaskSpec.of("topic"))).isEmpty();
  }

  @Test
  void theInstructionStandsBehindTheLastQuestion() throws Exception {
    Path file = temp.resolve("chat.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}], "answer": "1"}
        {"prompt": [{"role": "user", "content": "Q"}, {"role": "system", "content": "S"}], "answer": "1"}
        {"prompt": [{"role": "system", "content": "S"}], "answer": "1"}
        """);
    TaskSpec spec = TaskSpec.of("figures").withHeldOut(file.toString());
    try (TaskSource source = TaskSources.heldOut(told(spec, "", "Be brief."), 0)) {
      assertThat(all(source))
          .extracting(Task::getPrompt)
          .containsExactly(
              "system: S\nuser: Q\n\nBe brief.", "user: Q\n\nBe brief.\nsystem: S", "S");
    }
  }

  private static TaskSpec told(TaskSpec spec, String verifier, String instruction) {
    TaskColumns columns =
        new TaskColumns(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(verifier).filter(name -> !name.isEmpty()),
            Optional.of(instruction).filter(text -> !text.isEmpty()));
    return new TaskSpec(spec.train(), spec.heldOut(), columns);
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
    try (TaskSource source = whole(file.toString())) {
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
          {"prompt": {"p": 1}, "answer": "1"}                | neither text nor a list
          {"prompt": "p", "answer": "1", "images": 1}        | 'images' is no list
          {"prompt": "p", "answer": "1", "images": "n.png"}  | n.png does not exist
          {"prompt": "p", "answer": "1", "images": [1]}      | no path and has no bytes
          {"prompt": "p", "answer": "1", "images": [{"bytes": [1, 2]}]} | 'images' holds bytes that are a JSON array
          {"prompt": "p", "answer": "1", "images": {"bytes": 7}} | 'images' holds bytes that are a JSON number
          {"prompt": "p", "answer": "1", "images": [{"bytes": {"type": "Buffer", "data": [1]}}]} | are a JSON object
          {"prompt": "p", "answer": "1", "images": [{"bytes": "?"}]} | 'images' holds bytes that are no base64
          {"prompt": [{"role": "user", "content": [{"type": "image", "bytes": [1]}]}], "answer": "1"} | 'content' holds bytes that are
          {"prompt": "p", "answer": "1", "images": ["n.png"]} | n.png does not exist
          {"prompt": "p", "answer": "1", "images": ["https://host/p.png"]} | 'images' holds the address https://host/p.png; nothing is fetched: download
          {"prompt": "p", "answer": "1", "images": ["data:image/png,x"]} | a data URI that is no base64
          {"prompt": "p", "answer": "1", "images": ["data:image/png;base64,?"]} | bytes that are no base64
          {"prompt": "p", "answer": "1", "images": ["../n"]} | lies outside
          {"prompt": "p", "answer": "1", "images": ["/etc/hostname"]} | lies outside
          {"prompt": "p", "answer": "1", "images": ["big"]}  | at most
          """)
  void aBadLineIsNamedAndTheNextOneFollows(String line, String reason) throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    Files.write(temp.resolve("big"), new byte[PictureLimits.MAX_ENCODED_BYTES + 1]);
    Files.writeString(file, general("a", "1") + "\n\n" + line + "\n" + general("b", "2") + "\n");
    try (TaskSource source = whole(file.toString())) {
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

  /** As many write it where a row has one. */
  @Test
  void onePictureNeedsNoList() throws Exception {
    Files.copy(resource("dynamath").resolve("images/005.png"), temp.resolve("a.png"));
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": "p", "answer": "1", "images": "a.png"}
        {"prompt": "p", "answer": "1", "images": ["a.png"]}
        """);
    try (TaskSource source = whole(file.toString())) {
      List<Task> tasks = all(source);
      assertThat(tasks.get(0).getPictures()).hasSize(1).isEqualTo(tasks.get(1).getPictures());
    }
  }

  @Test
  void picturesMayBeDataUris() throws Exception {
    byte[] png = noise(3, 2);
    String uri = "Data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": "p", "answer": "1", "images": ["URI"]}
        {"prompt": "p", "answer": "1", "images": {"path": "URI"}}
        {"prompt": [{"role": "user", "content": [{"type": "image", "image": "URI"}]}], "answer": "1"}
        """
            .replace("URI", uri));
    try (TaskSource source = whole(file.toString())) {
      assertThat(all(source))
          .hasSize(3)
          .allSatisfy(
              task -> assertThat(task.getPictures().get(0).getBytes().array()).isEqualTo(png));
    }
  }

  /** They become dead letters' reasons. */
  @Test
  void aLongNameIsShortenedInWhatIsSaidOfIt() throws Exception {
    String end = "x".repeat(100_000);
    Path file = temp.resolve("tasks.jsonl");
    for (String name :
        List.of(
            "https://host/" + end, end, end + "\\u0000", "data:image/png," + end, "data:" + end)) {
      Files.writeString(
          file, "{\"prompt\": \"p\", \"answer\": \"1\", \"images\": [\"%s\"]}".formatted(name));
      try (TaskSource source = whole(file.toString())) {
        TaskFormatException failure = catchThrowableOfType(TaskFormatException.class, source::next);
        assertThat(failure.getMessage().replace(file.toString(), "")).hasSizeLessThan(500);
        assertThat(failure.refused()).isPresent();
      }
    }
  }

  @Test
  void picturesThatWouldMakeTheRecordLargeGoByPath() throws Exception {
    Files.write(temp.resolve("half"), noise(1_000, 900));
    assertThat(temp.resolve("half"))
        .satisfies(f -> assertThat(Files.size(f)).isBetween(2L << 20, 4L << 20));
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(
        file, "{\"prompt\": \"p\", \"answer\": \"1\", \"images\": [\"half\", \"half\"]}");
    try (TaskSource source = whole(file.toString())) {
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
    assertThatThrownBy(() -> TaskSources.open(trained(file.toString()), 0))
        .hasMessageContaining("no tasks in")
        .hasMessageContaining("tasks.jsonl");
    Files.writeString(file, "{\"question\": \"q\", \"reference_solution\": \"r\"}");
    assertThatThrownBy(() -> TaskSources.open(trained(file.toString()), 0))
        .hasMessageContaining("line 1")
        .hasMessageContaining("[question, reference_solution]");
  }

  /** Reading a terabyte to its end takes an hour; how long its lines are is known before. */
  @Test
  void aFileWithALineWithoutEndIsRefusedOnOpening() throws Exception {
    Path file = Files.writeString(temp.resolve("endless.jsonl"), "\n{}\n");
    try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
      grown.setLength(1L << 40);
    }
    assertThatThrownBy(() -> TaskSources.open(TaskSpec.of(file.toString()), 1))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("endless.jsonl, line 3: has more than the 16777216 bytes");
  }

  @Test
  void aFileOfWhichNothingIsReadableFailsInsteadOfGoingRoundForEver() throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(
        file, "{\"prompt\": \"p\"}\n{\"prompt\": \"p\", \"answer\": \"1\", \"images\": [\"n\"]}\n");
    try (TaskSource source = TaskSources.open(trained(file.toString()), 0)) {
      for (int i = 0; i < 2; i++) {
        assertThat(catchThrowableOfType(TaskFormatException.class, source::next).refused())
            .isPresent();
      }
      TaskFormatException failure = catchThrowableOfType(TaskFormatException.class, source::next);
      assertThat(failure).hasMessageContaining("not one of its 2 lines");
      assertThat(failure.refused()).isEmpty();
    }
  }

  /** All rows of a file, in its order. */
  private static TaskSource whole(String spec) {
    return TaskSources.heldOut(trained("figures").withHeldOut(spec), 0);
  }

  /** All rows of a file are trained on. */
  private static TaskSpec trained(String spec) {
    return TaskSpec.of(spec).withHeldOut("figures");
  }

  private static byte[] noise(int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt());
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }

  private static String general(String id, String answer) {
    return "{\"id\": \"%s\", \"prompt\": \"p\", \"answer\": \"%s\"}".formatted(id, answer);
  }

  private static List<String> take(Path file, long seed, int count) {
    List<String> ids = new ArrayList<>();
    try (TaskSource source = TaskSources.open(trained(file.toString()), seed)) {
      for (int i = 0; i < count; i++) {
        ids.add(source.next().orElseThrow().getTaskId());
      }
    }
    return ids;
  }

  /** An id of the file's own may end as those of later passes do. */
  @Test
  void idsOfAllPassesAreToldApartAndTheirTaskIsKnown() throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    List<String> own = List.of("algebra", "algebra@1", "algebra@2", "b@2@1");
    List<String> lines = own.stream().map(id -> general(id, "1")).toList();
    Files.write(file, lines);
    List<String> seen = new ArrayList<>();
    List<String> tasks = new ArrayList<>();
    try (TaskSource source =
        new FileTaskSource(
            List.of(file),
            TaskColumns.KNOWN_LAYOUTS,
            FileTaskSource.Rows.ALL,
            FileTaskSource.Passes.endless(3))) {
      for (int i = 0; i < 3 * own.size(); i++) {
        String id = source.next().orElseThrow().getTaskId();
        seen.add(id);
        tasks.add(source.ofAnyPass(id));
      }
    }
    assertThat(seen).doesNotHaveDuplicates();
    for (int pass = 0; pass < 3; pass++) {
      assertThat(tasks.subList(pass * own.size(), (pass + 1) * own.size()))
          .containsExactlyInAnyOrderElementsOf(own);
    }
    try (TaskSource once = whole(file.toString())) {
      assertThat(all(once)).extracting(Task::getTaskId).containsExactlyElementsOf(own);
    }
  }

  @Test
  void ofAFileAloneEveryTenthRowIsHeldOut() throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    for (int count : new int[] {2, 9, 10, 25}) {
      Files.writeString(
          file,
          IntStream.range(0, count)
              .mapToObj(i -> general("t" + i, "x"))
              .collect(Collectors.joining("\n")));
      TaskSpec alone = TaskSpec.of(file.toString());
      try (TaskSource heldOut = TaskSources.heldOut(alone, 0);
          OrderedTaskSource training = TaskSources.open(alone, 0)) {
        List<String> kept = all(heldOut).stream().map(Task::getTaskId).toList();
        assertThat(kept).hasSize(Math.max(1, count / 10));
        assertThat(heldOut.name()).isEqualTo("tasks.jsonl every tenth row");
        List<String> trained = new ArrayList<>();
        for (int i = kept.size(); i < count; i++) {
          trained.add(training.next().orElseThrow().getTaskId());
        }
        assertThat(trained).doesNotHaveDuplicates().doesNotContainAnyElementsOf(kept);
        assertThat(training.next().orElseThrow().getTaskId()).endsWith("@2");
      }
    }
    Files.writeString(file, general("only", "x"));
    assertThatThrownBy(() -> TaskSources.heldOut(TaskSpec.of(file.toString()), 0))
        .hasMessageContaining("tasks.held-out");
  }

  @Test
  void whatIsTrainedOnCannotBeHeldOut() throws Exception {
    Files.writeString(temp.resolve("tasks.jsonl"), general("a", "1") + "\n" + general("b", "1"));
    Files.createSymbolicLink(temp.resolve("link.jsonl"), temp.resolve("tasks.jsonl"));
    TaskSpec same =
        TaskSpec.of(temp + "/tasks.jsonl").withHeldOut(temp.resolve("link.jsonl").toString());
    assertThatThrownBy(() -> TaskSources.heldOut(same, 0))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("which is trained on");
  }

  @Test
  void chatsAsTheyLie() throws Exception {
    try (TaskSource source = whole(resource("sums.jsonl").toString())) {
      Task first = all(source).get(0);
      assertThat(first.getMessages())
          .extracting(ChatMessage::getRole)
          .containsExactly("user", "assistant", "user");
      assertThat(first.getMessages().get(2).getContent())
          .containsExactly(new ContentPart("What is 13 + 12?"));
      assertThat(first.getPrompt()).endsWith("\nuser: What is 13 + 12?");
      assertThat(first.getAnswer()).isEqualTo("25");
      assertThat(first.getVerifier()).isEqualTo("numeric");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                                        | neither text nor a list
          [1]                                                       | message 0 has no role
          [{"role": "tool", "content": "x"}]                        | message 0 has no role
          [{"role": "user"}]                                        | message 0 has no content
          [{"role": "user", "content": "x", "tool_calls": [1]}]     | has 'tool_calls'
          [{"role": "user", "content": [{"type": "audio"}]}]        | of type 'audio'
          [{"role": "user", "content": [{"type": "image"}]}]        | 1 places for 0 pictures
          [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}] | last message
          """)
  void aChatThatCannotBeAskedIsNamed(String prompt, String reason) throws Exception {
    Path file = temp.resolve("tasks.jsonl");
    Files.writeString(file, "{\"prompt\": %s, \"answer\": \"1\"}".formatted(prompt));
    try (TaskSource source = whole(file.toString())) {
      assertThat(catchThrowableOfType(TaskFormatException.class, source::next))
          .hasMessageContaining("tasks.jsonl, line 1")
          .hasMessageContaining(reason);
    }
  }

  private static List<Task> all(TaskSource source) {
    List<Task> tasks = new ArrayList<>();
    for (var next = source.next(); next.isPresent(); next = source.next()) {
      tasks.add(next.get());
    }
    return tasks;
  }

  private static Path resource(String name) throws URISyntaxException, IOException {
    return Path.of(FileTaskSourceTest.class.getResource(name).toURI());
  }
}
