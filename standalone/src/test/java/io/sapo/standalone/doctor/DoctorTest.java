package io.sapo.standalone.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.doctor.Finding.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  private static final String LONG = "12 + 72 = ? ".repeat(60);

  @TempDir Path folder;

  private static Finding tasks(Path checkpoint, String... assignments) {
    ConfigLoader loader = new ConfigLoader();
    Stream.of(assignments).forEach(loader::set);
    Settings settings = loader.set("broker.port=0").set("model.max-prompt-tokens=128").load();
    return new Doctor(settings, checkpoint, false)
        .examine().stream()
            .filter(finding -> finding.check().equals("tasks"))
            .findFirst()
            .orElseThrow();
  }

  private String file(String... prompts) throws IOException {
    Path file = folder.resolve("train.jsonl");
    Files.writeString(
        file,
        Stream.of(prompts)
            .map("{\"prompt\": \"%s\", \"answer\": \"84\"}\n"::formatted)
            .collect(Collectors.joining()));
    return "tasks.train=" + file;
  }

  @Test
  void thePromptsOfTasksThatFitAreMade() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Finding figures = tasks(checkpoint);
    assertThat(figures.verdict()).isEqualTo(Verdict.OK);
    assertThat(figures.detail()).contains("figures, the first is ", "each of the first 100 makes");
  }

  /** The shipped one that calculates. */
  @Test
  void picturesForAModelThatReadsTextAloneAreNamed() {
    Path chain = Path.of("..", "checkpoints", "chain");
    Finding figures = tasks(chain, "tasks.train=figures");
    assertThat(figures.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(figures.detail())
        .contains("each of the first 100 is refused", "1 pictures", "model reads text only");
    assertThat(tasks(chain, "tasks.train=chain").verdict()).isEqualTo(Verdict.OK);
  }

  @Test
  void promptsThatAreTooLongAreCounted() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    String[] rows = new String[20];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i == 4 ? LONG : i + " + 72 = ?";
    }
    Finding some = tasks(checkpoint, file(rows));
    assertThat(some.verdict()).isEqualTo(Verdict.WARNING);
    assertThat(some.detail())
        .containsPattern("of the first 100, [4-7] are refused and become dead letters: task ")
        .contains("at most 128 are taken");
    Finding all = tasks(checkpoint, file(LONG, LONG + 1, LONG + 2));
    assertThat(all.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(all.detail()).contains("each of the first 100 is refused", "at most 128 are taken");
  }

  @Test
  void withoutACheckpointTasksAreReadAllTheSame() throws Exception {
    Finding read = tasks(folder.resolve("absent"), file("1 + 1 = ?", "1 + 2 = ?"));
    assertThat(read.verdict()).isEqualTo(Verdict.OK);
    assertThat(read.detail()).contains("the first is ", "are not tried");
  }
}
