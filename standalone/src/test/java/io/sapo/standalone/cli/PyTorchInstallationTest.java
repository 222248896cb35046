package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the start scripts make of PYTORCH_LIBRARY_PATH. */
class PyTorchInstallationTest {
  private static final Path SCRIPT = Path.of("../docker/pytorch").toAbsolutePath();
  private static final String SITE = "venv/lib/python3.11/site-packages";

  @TempDir private Path folder;

  private void install(String version, String... libraries) throws IOException {
    Path lib = Files.createDirectories(folder.resolve(SITE).resolve("torch/lib"));
    Files.writeString(
        lib.resolveSibling("version.py"),
        "from typing import Optional\n__version__ = '%s'\n".formatted(version));
    for (String library : libraries) {
      Files.createFile(lib.resolve(library));
    }
  }

  /** What a shell prints that asks for an installation, errors included. */
  private String ask(String path) throws Exception {
    ProcessBuilder shell =
        new ProcessBuilder(
            "sh",
            "-eu",
            "-c",
            ". %s; pytorch_installation links || exit 1; echo $PYTORCH_VERSION $PYTORCH_FLAVOR $PYTORCH_LIBRARY_PATH"
                .formatted(SCRIPT));
    shell.environment().put("PYTORCH_LIBRARY_PATH", path);
    Process process = shell.directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  @ParameterizedTest
  @ValueSource(strings = {"venv", SITE, SITE + "/torch", SITE + "/torch/lib"})
  void aCudaBuildIsLinkedWithoutWhatNeedsPythonOrADriver(String path) throws Exception {
    install(
        "2.7.1+cu126",
        "libtorch.so",
        "libtorch_cpu.so",
        "libtorch_cuda.so",
        "libgomp.so.1",
        "libcaffe2_nvrtc.so",
        "libtorch_python.so");
    String said = ask(path);
    assertThat(said).startsWith("2.7.1 cu128 links/");
    assertThat(ask(path)).isEqualTo(said);
    try (Stream<Path> links = Files.list(folder.resolve(said.substring(said.indexOf("links"))))) {
      assertThat(links.filter(Files::exists).map(link -> link.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so", "libgomp.so.1");
    }
  }

  @Test
  void aBuildForTheCpuIsTakenAsItLies() throws Exception {
    install("2.7.1+cpu", "libtorch.so", "libtorch_cpu.so");
    assertThat(ask("venv"))
        .isEqualTo("2.7.1 cpu " + folder.toRealPath().resolve(SITE) + "/torch/lib");
  }

  @Test
  void whatIsNoneIsSaid() throws Exception {
    install("2.8.0", "libtorch.so");
    assertThat(ask("venv"))
        .isEqualTo(
            "sapo: PYTORCH_LIBRARY_PATH is venv, which holds PyTorch 2.8.0; 2.7.1 is needed");
    assertThat(ask("nowhere"))
        .startsWith("sapo: PYTORCH_LIBRARY_PATH is nowhere, but neither there");
  }
}
