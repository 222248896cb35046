package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.plan.Machine;
import io.sapo.standalone.plan.ModelDefaults;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanWarningsTest {
  private static final OptionalLong ENOUGH = OptionalLong.of(1L << 40);

  @TempDir Path folder;

  private String said(Machine machine) throws IOException {
    Path checkpoint = folder.resolve("tiny");
    if (!Files.exists(checkpoint)) {
      TinyCheckpoint.write(checkpoint);
    }
    Settings settings =
        ModelDefaults.fit(
            new ConfigLoader()
                .set("model.checkpoint=" + checkpoint)
                .set("model.device=gpu0")
                .load());
    StringWriter out = new StringWriter();
    PlanWarnings.look(settings, "train", new PrintWriter(out), machine);
    return out.toString();
  }

  @Test
  void aCardOfTooLittleMemoryIsRefused() {
    assertThatThrownBy(() -> said(new Machine(OptionalLong.of(1 << 20), ENOUGH)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("of device memory of the 1.0 MiB there are");
  }

  /** An inference server may end, or the learner that this one is a standby of. */
  @Test
  void whatOthersHaveTakenOfACardIsSaid() throws IOException {
    Machine shared = new Machine(ENOUGH, ENOUGH, ENOUGH.getAsLong() - (1 << 20));
    assertThat(said(shared)).contains("of which others have taken", "it goes on");
  }

  @Test
  void aCardOfWhichNothingIsKnownIsNamed() throws IOException {
    assertThat(said(new Machine(OptionalLong.empty(), ENOUGH)))
        .contains("of device memory; how much there is is not known");
    assertThat(said(new Machine(ENOUGH, ENOUGH))).doesNotContain("train needs");
  }
}
