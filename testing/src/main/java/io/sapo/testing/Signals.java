package io.sapo.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Signals to processes, on Linux. */
public final class Signals {
  private static final int FIRST_CODE = 128;

  private Signals() {}

  /**
   * @param name without SIG
   */
  public static void send(Process process, String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /**
   * Whether this process, and every one that it starts, ignores a signal: under nohup, or in the
   * background of a script. A JVM leaves it so.
   *
   * @param exitCode of a process that the signal ends
   */
  public static boolean ignored(int exitCode) throws IOException {
    int signal = exitCode - FIRST_CODE;
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .anyMatch(ignored -> (ignored >> signal - 1) % 2 != 0);
  }
}
