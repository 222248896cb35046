package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.command.ExitCodes;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.policy.device.DeviceException;
import io.sapo.policy.device.Devices;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceCommandTest {
  private final CommandLineRunner sapo = CommandLineRunner.plain();

  @TempDir private Path folder;

  @Test
  void doctorMeasuresADevice() throws IOException {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("model"));
    String[] plain = {"doctor", "--checkpoint", checkpoint.toString(), "--set", "broker.port=0"};
    assertThat(sapo.run(plain).out())
        .contains("ok       device          cpu")
        .doesNotContain("matrix product");
    String[] measured =
        Stream.concat(Stream.of(plain), Stream.of("--device", "cpu")).toArray(String[]::new);
    assertThat(sapo.run(measured).out())
        .containsPattern("ok       matrix product  [0-9.e-]+ TFLOP/s in float32, [0-9.e-]+ in bf")
        .containsPattern("ok       bandwidth       [0-9.]+ GB/s copied")
        .contains("ok       same bits       an update computed twice gives the same bits");
  }

  /** A GPU that is not there is one sentence, before a folder is made or a broker started. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "train --data DATA",
        "learner --data DATA",
        "producer --data DATA",
        "evaluator --data DATA",
        "sample hello",
        "evaluate"
      })
  void aMissingGpuIsNamedBeforeAnythingStarts(String command) throws IOException {
    assumeTrue(missing("gpu9"));
    Path checkpoint = TinyCheckpoint.write(folder.resolve("model"));
    Path data = folder.resolve("data");
    String line =
        command.replace("DATA", data.toString())
            + " --set model.device=gpu9 --checkpoint "
            + checkpoint;
    Outcome outcome = sapo.run(line.split(" "));
    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(outcome.err()).startsWith("sapo: ").contains("gpu9").hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(Files.exists(data)).isFalse();
  }

  @Test
  void aPlanForAGpuThatIsElsewhereHasNoPace() throws IOException {
    assumeTrue(missing("gpu9"));
    Path checkpoint = TinyCheckpoint.write(folder.resolve("model"));
    Outcome outcome =
        sapo.run("plan", "--checkpoint", checkpoint.toString(), "--set", "model.device=gpu9");
    assertThat(outcome.err()).startsWith("no pace is reckoned: ").contains("gpu9").hasLineCount(1);
    assertThat(outcome.out()).contains("on a GPU");
  }

  private static boolean missing(String gpu) {
    try {
      Devices.open(gpu);
      return false;
    } catch (DeviceException e) {
      return true;
    }
  }
}
