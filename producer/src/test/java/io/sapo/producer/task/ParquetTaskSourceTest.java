package io.sapo.producer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sapo.producer.TaskSources;
import io.sapo.schemas.ChatMessage;
import io.sapo.schemas.ContentPart;
import io.sapo.schemas.Task;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet files as pyarrow writes them; {@code make.py} beside them made them. */
class ParquetTaskSourceTest {
  @TempDir Path temp;

  @Test
  void verlsLayoutAsItLies() {
    List<Task> tasks = new ArrayList<>();
    try (TaskSource source = whole("verl.parquet")) {
      for (int row = 1; row <= 12; row++) {
        if (row == 3) {
          TaskFormatException failure =
              catchThrowableOfType(TaskFormatException.class, source::next);
          assertThat(failure)
              .hasMessageContaining("verl.parquet, row 3: 'reward_model.ground_truth'");
          assertThat(failure.refused().orElseThrow().offset()).isEqualTo(3);
        } else {
          tasks.add(source.next().orElseThrow());
        }
      }
      assertThat(source.next()).isEmpty();
    }
    assertThat(tasks.get(6).getTaskId()).isEqualTo("verl.parquet:8");
    assertThat(tasks.get(6).getPrompt()).isEqualTo("What is 7 + 7?");
    assertThat(tasks.get(6).getMessages())
        .containsExactly(new ChatMessage("user", List.of(new ContentPart("What is 7 + 7?"))));
    assertThat(tasks.get(6).getAnswer()).isEqualTo("14");
    assertThat(tasks).extracting(Task::getVerifier).containsOnly("gsm8k");
  }

  /** Of a killed process neither. */
  @Test
  void rowsLieInAFileWithoutAName() throws Exception {
    ByteBuffer read = ByteBuffer.allocate(3);
    try (FileChannel spool = ParquetRows.nameless(temp)) {
      spool.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertThat(temp).isEmptyDirectory();
      spool.read(read, 0);
    }
    assertThat(read.array()).containsExactly(1, 2, 3);
  }

  @Test
  void picturesKeepTheirPlaces() throws Exception {
    try (TaskSource source = whole("pictures.parquet")) {
      Task first = source.next().orElseThrow();
      assertThat(first.getVerifier()).isEqualTo("geo3k");
      assertThat(first.getMessages().get(0).getContent())
          .extracting(ContentPart::getText)
          .containsExactly(null, "Which is wider, it or ", null, "?");
      assertThat(first.getPrompt()).isEqualTo("Which is wider, it or ?");
      assertThat(first.getPictures()).hasSize(2);
      assertThat(first.getPictures().get(1).getBytes().array())
          .isEqualTo(Files.readAllBytes(resource("b.png")));
      Task unplaced = source.next().orElseThrow();
      assertThat(unplaced.getMessages().get(1).getContent())
          .extracting(ContentPart::getText)
          .containsExactly(null, "How wide?");
      assertThat(catchThrowableOfType(TaskFormatException.class, source::next))
          .hasMessageContaining("row 3: the prompt has 2 places for 1 pictures");
      assertThat(source.next().orElseThrow().getMessages().get(0).getContent())
          .containsExactly(new ContentPart("An <image> tag is text here."));
      assertThat(catchThrowableOfType(TaskFormatException.class, source::next))
          .hasMessageContaining("row 5: picture 0: neither PNG");
      assertThat(source.next()).isEmpty();
    }
  }

  @Test
  void columnsAreNamedByConfiguration() {
    TaskColumns columns =
        new TaskColumns(
            Optional.of("problem"),
            Optional.of("solution.final"),
            Optional.of("picture"),
            Optional.of("key"),
            Optional.of("numeric"),
            Optional.empty());
    TaskSpec spec =
        new TaskSpec("figures", Optional.of(resource("columns.parquet").toString()), columns);
    try (TaskSource source = TaskSources.heldOut(spec, 0)) {
      Task first = source.next().orElseThrow();
      assertThat(first.getTaskId()).isEqualTo("101");
      assertThat(first.getPrompt()).isEqualTo("How many?");
      assertThat(first.getPictures()).hasSize(1);
      assertThat(first.getAnswer()).isEqualTo("4");
      assertThat(first.getVerifier()).isEqualTo("numeric");
      assertThat(source.next().orElseThrow().getPictures()).isEmpty();
    }
    assertThatThrownBy(() -> whole("columns.parquet"))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("columns.parquet, row 1")
        .hasMessageContaining("[problem, picture, solution, key, when]")
        .hasMessageContaining("tasks.columns.prompt");
  }

  @Test
  void shardsAreOneFile() {
    TaskSpec folder = TaskSpec.of(resource("shards").toString());
    try (OrderedTaskSource training = TaskSources.open(folder, 5);
        TaskSource heldOut = TaskSources.heldOut(folder, 5)) {
      assertThat(Stream.generate(() -> training.next().orElseThrow()).limit(6))
          .extracting(Task::getTaskId)
          .containsExactlyInAnyOrder(
              "train-00000-of-00002.parquet:1",
              "train-00000-of-00002.parquet:2",
              "train-00000-of-00002.parquet:3",
              "train-00001-of-00002.parquet:1",
              "train-00001-of-00002.parquet:2",
              "train-00001-of-00002.parquet:3");
      assertThat(heldOut.next().orElseThrow().getAnswer()).isEqualTo("9");
      assertThat(heldOut.next()).isEmpty();
    }
  }

  @Test
  void whatCannotBeReadIsRefusedOnOpening() throws Exception {
    assertThatThrownBy(() -> whole("brotli.parquet"))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("brotli.parquet")
        .hasMessageContaining("BROTLI");
    byte[] whole = Files.readAllBytes(resource("verl.parquet"));
    Path damaged = temp.resolve("damaged.parquet");
    for (int length : new int[] {whole.length - 9, whole.length / 2, 5}) {
      Files.write(damaged, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TaskSources.open(TaskSpec.of(damaged.toString()), 1))
          .isInstanceOf(TaskFormatException.class)
          .hasMessageContaining("damaged.parquet");
    }
    Files.writeString(damaged, "no parquet at all");
    assertThatThrownBy(() -> TaskSources.open(TaskSpec.of(damaged.toString()), 1))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("damaged.parquet");
  }

  /** They take next to no space in the file, and gigabytes when they are laid out. */
  @Test
  void moreRowsThanAreTakenAreRefusedBeforeTheyAreRead() {
    assertThatThrownBy(() -> whole("runs.parquet"))
        .isInstanceOf(TaskFormatException.class)
        .hasMessageContaining("runs.parquet: has 17000000 rows")
        .hasMessageContaining("at most 16777216 are taken");
  }

  @Test
  void noMoreIsWrittenThanMayBe() throws Exception {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    try (LimitedOutput out = new LimitedOutput(to, 5)) {
      out.write(new byte[] {1, 2, 3});
      assertThatThrownBy(() -> out.write(new byte[3]))
          .isInstanceOf(LimitedOutput.FullException.class);
      out.write(4);
      out.write(5);
      assertThatThrownBy(() -> out.write(6)).isInstanceOf(LimitedOutput.FullException.class);
    }
    assertThat(to.toByteArray()).containsExactly(1, 2, 3, 4, 5);
  }

  /** Files have no checksums: damage is read as something else, or named. */
  @Test
  void damageEndsInAReasonOrInRows() throws Exception {
    byte[] whole = Files.readAllBytes(resource("verl.parquet"));
    Path damaged = temp.resolve("damaged.parquet");
    Random random = new Random(4);
    int refused = 0;
    for (int i = 0; i < 100; i++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(damaged, bytes);
      try {
        TaskSources.open(TaskSpec.of(damaged.toString()), 1).close();
      } catch (TaskFormatException e) {
        assertThat(e).hasMessageContaining("damaged.parquet");
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  private static TaskSource whole(String name) {
    return TaskSources.heldOut(TaskSpec.of("figures").withHeldOut(resource(name).toString()), 0);
  }

  private static Path resource(String name) {
    return Path.of("src/test/resources/io/sapo/producer/task/parquet").resolve(name);
  }
}
