package io.sapo.system.cli;

import io.sapo.command.Surroundings;
import io.sapo.standalone.cli.SapoCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;

/** Runs commands inside the test's own process. */
record CommandLineRunner(Surroundings surroundings) {

  /** What a shell would have seen. */
  record Outcome(int exitCode, String out, String err) {}

  static CommandLineRunner plain() {
    return new CommandLineRunner(new Surroundings(Map.of(), Path.of("").toAbsolutePath(), false));
  }

  Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = SapoCommand.create(surroundings);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    int exitCode = line.execute(arguments);
    return new Outcome(exitCode, out.toString(), err.toString());
  }
}
