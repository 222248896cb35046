package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.command.ExitCodes;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process whose heap really ends, in a file that is larger than it. */
@EnabledOnOs(OS.LINUX)
class HeapEndTest {
  @TempDir Path folder;

  @Test
  void theLastWordNamesTheFileThatWasRead() throws Exception {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Path tokenizer = checkpoint.resolve("tokenizer.json");
    Files.writeString(tokenizer, " ".repeat(100 << 20) + Files.readString(tokenizer));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx80m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "doctor",
                "--checkpoint",
                checkpoint.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(folder.resolve("said"));
    assertThat(process.exitValue()).as(said).isEqualTo(ExitCodes.RETRY);
    assertThat(said.lines().toList())
        .last()
        .asString()
        .startsWith("sapo: heap memory has ended while reading " + tokenizer);
  }
}
