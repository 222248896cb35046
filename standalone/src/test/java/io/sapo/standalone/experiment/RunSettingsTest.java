package io.sapo.standalone.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run counts for the settings that it was made with. */
class RunSettingsTest {
  private static final String BOTH =
      """
      name: a
      settings: {run.updates: 3}
      arms: {x: {algorithm: ppo, learner.gamma: 0.5}, y: {algorithm: grpo}}
      seeds: [1]
      parallel: 15
      """;
  private static final String WITHOUT_X =
      BOTH.replace("x: {algorithm: ppo, learner.gamma: 0.5}, ", "");
  private static final String EDITED = BOTH.replace("0.5", "0.9");

  @TempDir private Path folder;
  private final List<Job> trained = new ArrayList<>();

  private ExperimentFile read(String yaml) throws IOException {
    return ExperimentFile.read(Files.writeString(folder.resolve("e.yaml"), yaml));
  }

  private ExperimentRunner runner(String yaml) throws IOException {
    return new ExperimentRunner(
        read(yaml),
        folder.resolve("results"),
        new PrintWriter(new StringWriter()),
        (job, settings, run) -> {
          synchronized (trained) {
            trained.add(job);
          }
          return MadeRuns.run(job, 0.5);
        });
  }

  @Test
  void anArmThatComesBackEditedIsNotTakenForWhatItWas() throws Exception {
    runner(BOTH).run();
    assertThatThrownBy(() -> runner(EDITED).run())
        .hasMessageContaining("learner.gamma 0.5, now 0.9");
    runner(WITHOUT_X).run();
    assertThatThrownBy(() -> runner(EDITED).run())
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("x seed 1 has been made, with learner.gamma 0.5, now 0.9;")
        .hasMessageContaining("delete " + new Job("x", null, 1).folder(folder.resolve("results")));
    assertThatThrownBy(() -> runner(EDITED).made()).hasMessageContaining("learner.gamma 0.5");
    assertThat(runner(BOTH).run()).as("as it was").containsOnlyKeys("x", "y");
    assertThat(trained).containsExactlyInAnyOrder(new Job("x", null, 1), new Job("y", null, 1));
  }

  /** Before anything is run, and of a run that is not finished as well. */
  @Test
  void allOfAFolderIsHeldAgainstTheFile() throws Exception {
    runner(BOTH).run();
    Path x = new Job("x", null, 1).folder(folder.resolve("results"));
    runner(BOTH.replace("[1]", "[1, 2]").replace("15", "2")).check(null);
    assertThatThrownBy(() -> runner(BOTH.replace("updates: 3", "updates: 4")).check(null))
        .hasMessageContaining("run.updates 3, now 4");
    assertThatThrownBy(() -> runner(BOTH.replace(", learner.gamma: 0.5", "")).check(null))
        .hasMessageContaining("learner.gamma 0.5, now none");
    Files.delete(x.resolve("result.json"));
    runner(EDITED).check(null);
    Files.createDirectory(x.resolve("data"));
    assertThatThrownBy(() -> runner(EDITED).check(null)).hasMessageContaining("learner.gamma");
  }

  @Test
  void whatIsTunedIsHeldAgainstTheFileToo() throws Exception {
    String tuned = BOTH + "tuning: {key: %s, values: [0.1, 0.9], seed: 9}\n";
    runner(tuned.formatted("learner.lambda")).run();
    assertThat(trained).hasSize(6);
    runner(tuned.formatted("learner.lambda").replace("[0.1,", "[0.1, 0.2,")).run();
    assertThat(trained).as("another value for each arm").hasSize(8);
    assertThatThrownBy(() -> runner(tuned.formatted("learner.value-clip")).check(null))
        .hasMessageContaining("no learner.value-clip, now 0.1");
  }

  /** Their runs have those of the file that lay beside them. */
  @Test
  void runsOfEarlierReleasesHaveTheSettingsOfTheFileOfThen() throws Exception {
    runner(BOTH).run();
    Path results = folder.resolve("results");
    Files.delete(new Job("x", null, 1).folder(results).resolve("settings.json"));
    assertThatThrownBy(() -> runner(BOTH).check(null)).hasMessageContaining("it is not known");
    assertThatThrownBy(() -> runner(BOTH).check(read(WITHOUT_X)))
        .hasMessageContaining("it is not known");
    assertThatThrownBy(() -> runner(EDITED).check(read(BOTH)))
        .hasMessageContaining("learner.gamma 0.5, now 0.9");
    runner(BOTH).check(read(WITHOUT_X));
  }
}
