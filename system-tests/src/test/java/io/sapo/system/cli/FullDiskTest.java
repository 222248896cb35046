package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.testing.SmallDisk;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run, broker and all, as a process whose disk is full, where one may mount a small one. */
@Timeout(240)
class FullDiskTest {
  private static final Pattern VERSION = Pattern.compile("version (\\d+)/");

  @TempDir Path folder;
  private SmallDisk small;
  private Path checkpoint;
  private final List<String> lines = new ArrayList<>();
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void mount() throws Exception {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Optional<SmallDisk> mounted = SmallDisk.mount(folder.resolve("small"), 256);
    assumeTrue(mounted.isPresent(), "the right to mount a small file system");
    small = mounted.get();
  }

  @AfterEach
  void endAndUnmount() throws Exception {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
    if (small != null) {
      small.close();
    }
  }

  @Test
  void itEndsWithOneSentenceAndGoesOnOnceThereIsRoom() throws Exception {
    Process full = train(1_000);
    int reached = 0;
    try (BufferedReader out = full.inputReader()) {
      while (reached < 2) {
        String line = out.readLine();
        assertThat(line).as("a line after %s", lines).isNotNull();
        lines.add(line);
        reached = version(line);
      }
      small.fill();
      out.lines().forEach(lines::add);
    }
    assertThat(full.waitFor()).as("%s", lines).isEqualTo(4);
    assertThat(lines)
        .filteredOn(line -> line.startsWith("sapo: "))
        .first()
        .asString()
        .startsWith("sapo: the ")
        .contains(small.folder().toString(), "make room if that is the reason, and start again");
    assertThat(lines).filteredOn(line -> line.contains("heartbeat")).hasSizeLessThan(10);

    small.free();
    for (String line : lines) {
      reached = Math.max(reached, version(line));
    }
    Process again = train(reached + 3);
    List<String> then = again.inputReader().lines().toList();
    assertThat(again.waitFor()).as("%s", then).isZero();
    assertThat(then).anyMatch(line -> line.contains("continuing run in "));
    var audited =
        CommandLineRunner.plain().run("audit", "--data", small.folder().resolve("run").toString());
    assertThat(audited.out()).contains("clean: every record is accounted for");
  }

  private static int version(String line) {
    Matcher matcher = VERSION.matcher(line);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private Process train(int updates) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"));
    command.addAll(List.of("-Dai.djl.offline=true", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.sapo.standalone.Main", "train"));
    command.addAll(List.of("--data", small.folder().resolve("run").toString()));
    command.addAll(List.of("--checkpoint", checkpoint.toString()));
    TinyCheckpoint.SETTINGS.forEach(setting -> command.addAll(List.of("--set", setting)));
    command.addAll(List.of("--set", "run.stop-grace=5s", "--updates", Integer.toString(updates)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    started.add(process);
    return process;
  }
}
