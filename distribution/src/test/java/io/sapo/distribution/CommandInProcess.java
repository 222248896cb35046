package io.sapo.distribution;

import io.sapo.command.Surroundings;
import io.sapo.standalone.cli.SapoCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import sun.misc.Signal;

/** Runs commands inside the test's own process; roles one at a time. */
final class CommandInProcess {
  static final int LONGEST_SECONDS = 300;

  /** What a shell would have seen. */
  record Outcome(List<String> arguments, int exitCode, String out, String err) {}

  private CommandInProcess() {}

  static Outcome run(Surroundings surroundings, List<String> arguments) throws Exception {
    return start(surroundings, arguments, new StringWriter())
        .get(LONGEST_SECONDS, TimeUnit.SECONDS);
  }

  /** Of a role: it is sent SIGTERM as soon as it says that it is ready. */
  static Outcome runUntilReady(Surroundings surroundings, List<String> arguments) throws Exception {
    CompletableFuture<Object> ready = new CompletableFuture<>();
    StringWriter out =
        new StringWriter() {
          @Override
          public void flush() {
            toString().lines().filter(line -> line.startsWith("ready")).forEach(ready::complete);
          }
        };
    CompletableFuture<Outcome> end = start(surroundings, arguments, out);
    CompletableFuture.anyOf(ready, end).get(LONGEST_SECONDS, TimeUnit.SECONDS);
    if (!end.isDone()) {
      Signal.raise(new Signal("TERM"));
    }
    return end.get(LONGEST_SECONDS, TimeUnit.SECONDS);
  }

  private static CompletableFuture<Outcome> start(
      Surroundings surroundings, List<String> arguments, StringWriter out) {
    StringWriter err = new StringWriter();
    CommandLine line = SapoCommand.create(surroundings);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    CompletableFuture<Outcome> end = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                int exitCode = line.execute(arguments.toArray(String[]::new));
                end.complete(new Outcome(arguments, exitCode, out.toString(), err.toString()));
              } catch (Throwable e) {
                end.completeExceptionally(e);
              }
            },
            arguments.get(0));
    thread.setDaemon(true);
    thread.start();
    return end;
  }
}
