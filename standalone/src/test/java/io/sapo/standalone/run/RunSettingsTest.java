package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.ConfigReport;
import io.sapo.standalone.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run keeps the number of threads it began with: another one gives other last bits. */
class RunSettingsTest {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  @TempDir Path data;

  @Test
  void aNewRunOnACheckpointTakesAllProcessorsAndKeepsTheirNumber() throws IOException {
    RunSettings first = start(checkpoint());
    assertThat(threads(first)).isEqualTo(PROCESSORS);
    first.folder().keepSettings(ConfigReport.changed(first.settings()));
    assertThat(first.folder().settings()).content().contains("model.threads\": " + PROCESSORS);
    assertThat(threads(start(checkpoint()))).isEqualTo(PROCESSORS);
  }

  @Test
  void aRunOfAnotherMachineGoesOnWithTheNumberOfThatOne() throws IOException {
    new RunFolder(data)
        .keepSettings("model.checkpoint: /models/mine\nmodel.threads: " + (PROCESSORS + 5) + "\n");
    assertThat(threads(start(checkpoint()))).isEqualTo(PROCESSORS + 5);
    SortedMap<String, String> other = checkpoint();
    other.put("model.threads", "1");
    assertThatThrownBy(() -> start(other))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("model.threads is '" + (PROCESSORS + 5) + "' for this run");
  }

  @Test
  void whatWasSetAndTheShippedCheckpointStayAsTheyAre() {
    SortedMap<String, String> set = checkpoint();
    set.put("model.threads", "3");
    assertThat(threads(start(set))).isEqualTo(3);
    assertThat(threads(start(new TreeMap<>()))).isEqualTo(1);
  }

  /** Told once, a run's tasks are told it always; runs that were told nothing stay so. */
  @Test
  void aNewRunOnGsm8kTellsHowToMarkTheAnswerAndKeepsIt() throws IOException {
    SortedMap<String, String> told = new TreeMap<>();
    Path tasks = data.resolve("tasks.jsonl");
    Files.writeString(tasks, "{\"question\": \"1 + 1?\", \"answer\": \"two\\n#### 2\"}\n");
    told.put("tasks.train", tasks.toString());
    RunSettings first = start(told);
    assertThat(instruction(first)).contains("\"####\"");
    first.folder().keepSettings(ConfigReport.changed(first.settings()));
    assertThat(instruction(start(told))).isEqualTo(instruction(first));
    SortedMap<String, String> other = new TreeMap<>(told);
    other.put("tasks.instruction", "Be brief.");
    assertThatThrownBy(() -> start(other))
        .hasMessageContaining("tasks.instruction is 'Let's think");
    first.folder().keepSettings("tasks.train: " + tasks + "\n");
    assertThat(instruction(start(told))).as("a run of an earlier release").isEmpty();
  }

  @Test
  void whatWasChosenForTheTasksOfARunIsNotSaidToOthers() throws IOException {
    Path other = tasks("other.jsonl", "{\"prompt\": \"1 + 1?\", \"answer\": \"2\"}");
    Path alike = tasks("alike.jsonl", "{\"question\": \"1?\", \"answer\": \"#### 1\"}");
    SortedMap<String, String> told = new TreeMap<>();
    told.put(
        "tasks.train",
        tasks("train.jsonl", "{\"question\": \"2?\", \"answer\": \"#### 2\"}").toString());
    RunSettings run = start(told);
    String kept = ConfigReport.changed(run.settings());
    assertThat(evaluated(kept, other)).isEmpty();
    assertThat(evaluated(kept, alike)).isEqualTo(instruction(run)).isNotEmpty();
    assertThat(evaluated("tasks.instruction: Be brief.\n", other)).isEqualTo("Be brief.");
  }

  private Path tasks(String name, String row) throws IOException {
    return Files.writeString(data.resolveSibling(name), row + "\n");
  }

  private static String evaluated(String kept, Path tasks) throws IOException {
    Path file = Files.writeString(tasks.resolveSibling("kept.yaml"), kept);
    ConfigLoader loader =
        new ConfigLoader().run(file).flag("--tasks", "tasks.held-out", tasks.toString());
    return TaskDefaults.fitEvaluated(loader.load()).optionalText("tasks.instruction").orElse("");
  }

  private static String instruction(RunSettings run) {
    return run.settings().optionalText("tasks.instruction").orElse("");
  }

  private static SortedMap<String, String> checkpoint() {
    SortedMap<String, String> told = new TreeMap<>();
    told.put("model.checkpoint", "/models/mine");
    return told;
  }

  private static int threads(RunSettings run) {
    return run.settings().integer("model.threads");
  }

  private RunSettings start(SortedMap<String, String> told) {
    return RunSettings.resolve(
        earlier -> {
          ConfigLoader loader = earlier.apply(new ConfigLoader());
          told.forEach((key, text) -> loader.flag("--set", key, text));
          return loader.load();
        },
        () -> new RunFolder(data),
        true);
  }
}
