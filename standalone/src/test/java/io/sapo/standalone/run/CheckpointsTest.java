package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.standalone.experiment.ExperimentFile;
import io.sapo.standalone.pretrain.Lesson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is shipped starts with the lengths that nobody has set. */
class CheckpointsTest {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"figures", "chain", "chain(3-10)"})
  void theShippedModelHoldsTheDefaultLengths(String tasks) throws IOException {
    assertHeld(new ConfigLoader().set("tasks.train=" + tasks).load(), tasks);
  }

  @Test
  void everyShippedExperimentStarts() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(HOME.resolve("experiments"))) {
      files = found.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      ExperimentFile experiment = ExperimentFile.read(file);
      for (String arm : experiment.arms().keySet()) {
        ConfigLoader loader = new ConfigLoader();
        String tuned = experiment.tuning() == null ? null : experiment.tuning().values().get(0);
        experiment
            .settings(arm, tuned, experiment.seeds().get(0))
            .forEach((key, value) -> loader.set(key + "=" + value));
        assertHeld(loader.load(), file.getFileName() + " " + arm);
      }
    }
  }

  private void assertHeld(Settings settings, String what) throws IOException {
    assertThat(
            settings.integer("model.max-prompt-tokens") + settings.integer("model.max-new-tokens"))
        .as(what)
        .isLessThanOrEqualTo(ModelConfig.read(config(settings)).decoder().maxPositions());
  }

  /** Of the checkpoint that is named, or that `sapo pretrain` would make in its place. */
  private Path config(Settings settings) throws IOException {
    Path config = Checkpoints.start(settings, HOME).resolve(CheckpointFolder.CONFIG);
    if (Files.exists(config)) {
      return config;
    }
    Lesson lesson = Lesson.of(settings.text("tasks.train")).orElseThrow();
    Path made = folder.resolve(CheckpointFolder.CONFIG);
    return Files.write(made, lesson.companions().get(CheckpointFolder.CONFIG));
  }
}
