package io.sapo.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.command.ChildProcesses;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One benchmark in a JVM of its own, set up as this one is: what ran before it has warmed,
 * fragmented and filled nothing of what it measures. What it says on its way goes to this process's
 * standard error.
 */
final class BenchProcess {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private BenchProcess() {}

  /**
   * @param name of the benchmark
   * @param options of the bench command, as given
   * @return what it measured; a row that says so where it did not come to its end
   */
  static List<Row> run(String name, List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.sapo.standalone.Main", "bench", name, "--json"));
    command.addAll(options);
    Process process =
        ChildProcesses.adopt(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    return rows(name, code, out);
  }

  /** Exit code 1 with rows is a missed bar, which the rows say themselves. */
  static List<Row> rows(String name, int code, String out) {
    try {
      List<Row> rows = List.of(MAPPER.readValue(out, Row[].class));
      if (!rows.isEmpty()) {
        return rows;
      }
    } catch (JsonProcessingException e) {
      // No rows: the exit code says how it ended, its standard error why.
    }
    return List.of(Row.failed(name, "ended with exit code " + code + " and no measurement"));
  }
}
