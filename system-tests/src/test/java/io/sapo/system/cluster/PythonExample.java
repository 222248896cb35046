package io.sapo.system.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Scripts of {@code examples/python}, started as people start them. */
final class PythonExample {
  private static final Path HOME =
      Path.of("").toAbsolutePath().resolveSibling("examples").resolve("python");

  private final Path log;

  /**
   * @param log what all of them say
   */
  PythonExample(Path log) {
    this.log = log;
  }

  /** Skips the test where Python or the scripts' libraries are missing. */
  static void require() throws IOException, InterruptedException {
    boolean there;
    try {
      there =
          new ProcessBuilder("python3", "-c", "import confluent_kafka, fastavro, zstandard")
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
    } catch (IOException e) {
      there = false;
    }
    assumeTrue(there, "python3 with confluent-kafka, fastavro and zstandard");
  }

  Process start(String script, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3", HOME.resolve(script).toString()));
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  String said() throws IOException {
    return Files.readString(log);
  }
}
