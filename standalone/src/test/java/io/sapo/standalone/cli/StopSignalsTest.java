package io.sapo.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.sapo.testing.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StopSignalsTest {
  private static final int INTERRUPTED = 130;

  /** A run that ends some time after it was asked to: never, without an argument. */
  static final class Run {
    public static void main(String[] args) throws InterruptedException {
      CountDownLatch asked = new CountDownLatch(1);
      try (StopSignals signals =
          new StopSignals(
              asked::countDown,
              "ending after the update under way",
              new PrintWriter(System.out),
              Duration.ofSeconds(1))) {
        System.out.println("begun");
        asked.await();
        Thread.sleep(args.length == 0 ? Long.MAX_VALUE : Long.parseLong(args[0]));
        System.out.println("summed up");
      }
    }
  }

  private final List<String> lines = new ArrayList<>();
  private final List<Process> started = new ArrayList<>();

  /** One that is waited for in vain would run on. */
  @AfterEach
  void endAll() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Run.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    started.add(process);
    return process;
  }

  private void awaitLine(BufferedReader out, String text) throws IOException {
    String line;
    while ((line = out.readLine()) != null) {
      lines.add(line);
      if (line.contains(text)) {
        return;
      }
    }
    throw new AssertionError("'" + text + "' was not said, but: " + lines);
  }

  @Test
  void theFirstInterruptWaitsForWhatIsUnderWay() throws Exception {
    assumeFalse(Signals.ignored(INTERRUPTED), "SIGINT is ignored here");
    Process process = start("1500");
    try (BufferedReader out = process.inputReader()) {
      awaitLine(out, "begun");
      Signals.send(process, "INT");
      awaitLine(out, "ending after the update under way; Ctrl-C again ends at once");
      awaitLine(out, "summed up");
    }
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void theSecondInterruptEndsAtOnce() throws Exception {
    assumeFalse(Signals.ignored(INTERRUPTED), "SIGINT is ignored here");
    Process process = start();
    try (BufferedReader out = process.inputReader()) {
      awaitLine(out, "begun");
      Signals.send(process, "INT");
      awaitLine(out, "Ctrl-C again");
      Signals.send(process, "INT");
      awaitLine(out, "ended at once");
    }
    assertThat(process.waitFor()).isEqualTo(INTERRUPTED);
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "HUP, 129"})
  void terminationHasItsGrace(String signal, int atOnce) throws Exception {
    assumeFalse(Signals.ignored(atOnce), "SIG" + signal + " is ignored here");
    Process patient = start("200");
    try (BufferedReader out = patient.inputReader()) {
      awaitLine(out, "begun");
      Signals.send(patient, signal);
      awaitLine(out, "within 1 s");
      awaitLine(out, "summed up");
    }
    assertThat(patient.waitFor()).isZero();
    Process stuck = start();
    try (BufferedReader out = stuck.inputReader()) {
      awaitLine(out, "begun");
      Signals.send(stuck, signal);
      awaitLine(out, "not ended within 1 s");
    }
    assertThat(stuck.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(stuck.exitValue()).isEqualTo(atOnce);
  }
}
