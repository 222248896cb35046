package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With which options the launcher and the images' entry point start Java. */
class JavaOptionsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath();
  private static final String THRESHOLDS = "-XX:Tier4CompileThreshold=";

  @TempDir private Path folder;

  /** A release and an image, with a Java that says how it was called. */
  @BeforeEach
  void layOut() throws IOException {
    for (String script : List.of("sapo", "docker/role", "docker/java-options", "docker/pytorch")) {
      Path copy = folder.resolve(script);
      Files.createDirectories(copy.getParent());
      Files.writeString(
          copy,
          Files.readString(ROOT.resolve(script))
              .replace("/opt/sapo/bin/", folder + "/docker/")
              .replace("/opt/java/", folder + "/java/"));
    }
    Path java = Files.createDirectories(folder.resolve("java/bin")).resolve("java");
    Files.writeString(
        java,
        "#!/bin/sh\necho \"$@\" locale=$LC_ALL mmap=$MALLOC_MMAP_THRESHOLD_ $MALLOC_ARENA_MAX $OMP_WAIT_POLICY\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  private String started(String shell, String script, String command) throws Exception {
    return started(shell, script, command, Map.of());
  }

  private String started(String shell, String script, String command, Map<String, String> locale)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(shell, script, command);
    builder.environment().put("JAVA_HOME", folder.resolve("java").toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("MALLOC_"));
    builder.environment().remove("OMP_WAIT_POLICY");
    List.of("LANG", "LC_ALL", "LC_CTYPE").forEach(builder.environment()::remove);
    builder.environment().putAll(locale);
    Process process = builder.directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  @Test
  void areTheSameForARoleWhereverItRuns() throws Exception {
    for (String role : List.of("learner", "producer", "gateway", "evaluator")) {
      String launched = started("bash", "sapo", role);
      String contained = started("sh", "docker/role", role);
      assertThat(launched)
          .contains(THRESHOLDS)
          .contains("-Xmx768m")
          .contains(role + " locale=")
          .endsWith(" mmap=33554432 1 PASSIVE");
      assertThat(contained).contains(THRESHOLDS).contains(role + " locale=").endsWith(" 1 PASSIVE");
      List<String> own = List.of(launched.split(" "));
      assertThat(contained.split(" "))
          .filteredOn(option -> option.startsWith("-XX:"))
          .as("options of the virtual machine")
          .isSubsetOf(own);
    }
    for (String role : List.of("segmenter", "admin")) {
      assertThat(started("bash", "sapo", role)).contains(role + " locale=").endsWith(" 1 PASSIVE");
      assertThat(started("bash", "sapo", role)).doesNotContain(THRESHOLDS);
      assertThat(started("sh", "docker/role", role)).doesNotContain(THRESHOLDS);
    }
  }

  @Test
  void textIsUtf8WithoutALocale() throws Exception {
    for (List<String> script : List.of(List.of("bash", "sapo"), List.of("sh", "docker/role"))) {
      for (Map<String, String> none :
          List.<Map<String, String>>of(
              Map.of(), Map.of("LANG", "C"), Map.of("LC_ALL", "POSIX", "LANG", "de_DE.UTF-8"))) {
        assertThat(started(script.get(0), script.get(1), "admin", none))
            .contains("locale=C.UTF-8 ");
      }
      for (Map<String, String> some :
          List.of(Map.of("LANG", "de_DE.UTF-8"), Map.of("LC_CTYPE", "ja_JP.eucJP"))) {
        assertThat(started(script.get(0), script.get(1), "admin", some)).contains("locale= ");
      }
    }
  }

  /** Native libraries are mapped from there: where nothing can be run, another folder is taken. */
  @Test
  void temporaryFilesLieWhereProgramsMayBeRun() throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("temporary files"));
    assertThat(started("bash", "sapo", "audit", Map.of("TMPDIR", temporary.toString())))
        .contains(" -Djava.io.tmpdir=" + temporary + " ");
    assertThat(temporary).isEmptyDirectory();
    Path absent = folder.resolve("absent");
    assertThat(started("bash", "sapo", "audit", Map.of("TMPDIR", absent.toString())))
        .contains(" -Djava.io.tmpdir=" + folder.toRealPath().resolve("target/tmp") + " ");
    assertThat(folder.resolve("target/tmp")).isEmptyDirectory();
  }
}
