package io.sapo.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.command.ChildProcesses;
import io.sapo.command.CommandFailure;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A Python process that does the same work with transformers and peft, a job at a time. Its
 * protocol is in {@code transformers_peer.py}. Idle between jobs; used by one thread.
 */
final class TransformersPeer implements AutoCloseable {
  private static final String SCRIPT = "transformers_peer.py";

  /** What {@code ./sapo} sets for this process; the peer runs as its users run it. */
  private static final List<String> OURS =
      List.of(
          "ATEN_CPU_CAPABILITY",
          "OMP_WAIT_POLICY",
          "MALLOC_ARENA_MAX",
          "MALLOC_MMAP_THRESHOLD_",
          "MALLOC_TRIM_THRESHOLD_",
          "LD_LIBRARY_PATH");

  private final ObjectMapper mapper = new ObjectMapper();
  private final Path errors;
  private final Process process;
  private final BufferedWriter jobs;
  private final BufferedReader results;
  private final String libraries;

  /**
   * @param settings whose folder takes the script and what Python says on standard error
   * @throws CommandFailure with Python's last words where it does not start
   */
  TransformersPeer(BenchSettings settings) throws IOException {
    String python = settings.python();
    Path folder = settings.folder();
    Path script = folder.resolve(SCRIPT);
    try (InputStream source = TransformersPeer.class.getResourceAsStream(SCRIPT)) {
      Files.copy(source, script);
    }
    errors = folder.resolve("python.log");
    ProcessBuilder builder =
        new ProcessBuilder(
                python,
                script.toString(),
                settings.checkpoint().toString(),
                Integer.toString(settings.threads()),
                settings.precision().torchName())
            .redirectError(errors.toFile());
    OURS.forEach(builder.environment()::remove);
    try {
      process = ChildProcesses.adopt(builder.start());
    } catch (IOException e) {
      throw CommandFailure.usage("--python " + python + ": cannot be started: " + e.getMessage());
    }
    jobs = process.outputWriter();
    results = process.inputReader();
    JsonNode found = read();
    libraries =
        "torch %s, transformers %s, peft %s"
            .formatted(
                found.get("torch").asText(),
                found.get("transformers").asText(),
                found.get("peft").asText());
  }

  /** Versions of what it computes with. */
  String libraries() {
    return libraries;
  }

  JsonNode run(Map<String, ?> job) throws IOException {
    String line = mapper.writeValueAsString(job);
    try {
      jobs.write(line);
      jobs.newLine();
      jobs.flush();
    } catch (IOException e) {
      throw ended();
    }
    return read();
  }

  private JsonNode read() throws IOException {
    String line = results.readLine();
    if (line == null) {
      throw ended();
    }
    return mapper.readTree(line);
  }

  private CommandFailure ended() throws IOException {
    List<String> said = Files.readAllLines(errors);
    return CommandFailure.failed(
        "Python ended: %s; --python must name an interpreter with torch, transformers and peft"
            .formatted(said.isEmpty() ? "it said nothing" : said.get(said.size() - 1)));
  }

  /** Ends the process; its streams end with it. */
  @Override
  public void close() {
    process.destroy();
  }
}
