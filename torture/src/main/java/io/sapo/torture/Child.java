package io.sapo.torture;

import io.sapo.command.ExitCodes;
import io.sapo.standalone.run.RoleKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One role in a JVM of its own. What it prints goes to a log file and is watched. */
final class Child implements AutoCloseable {
  private static final List<String> JVM =
      List.of(
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-BytecodeVerificationRemote",
          "-XX:-UsePerfData",
          "-Djava.awt.headless=true",
          "-Dai.djl.offline=true");
  private static final int TAIL = 12;
  private static final Set<Process> LIVE = ConcurrentHashMap.newKeySet();

  static {
    Thread killer = new Thread(() -> LIVE.forEach(Process::destroyForcibly), "kill-children");
    Runtime.getRuntime().addShutdownHook(killer);
  }

  private final RoleKind role;
  private final Process process;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Deque<String> tail = new ArrayDeque<>();
  private final Thread reader;

  private Child(RoleKind role, Process process, Path log) {
    this.role = role;
    this.process = process;
    LIVE.add(process);
    this.reader = new Thread(() -> follow(log), "child-" + role.label());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * @param properties system properties, {@code name=value}
   * @param log appended to
   * @param fileKilobytes beyond this no file may grow; 0 for no limit
   */
  static Child start(
      RoleKind role, List<String> properties, List<String> arguments, Path log, int fileKilobytes)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (fileKilobytes > 0) {
      String limited = "ulimit -f %d; exec \"$@\"".formatted(fileKilobytes);
      command.addAll(List.of("bash", "-c", limited, "limited"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM);
    command.add("-Dsapo.home=" + System.getProperty("sapo.home", ""));
    properties.forEach(property -> command.add("-D" + property));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.sapo.standalone.Main");
    command.add(role.label());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    builder.environment().put("OPT_OUT_TRACKING", "true");
    builder.environment().put("TORCH_CPP_LOG_LEVEL", "ERROR");
    return new Child(role, builder.start(), log);
  }

  private void follow(Path log) {
    try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var out =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.write(line);
        out.newLine();
        out.flush();
        synchronized (tail) {
          tail.addLast(line);
          if (tail.size() > TAIL) {
            tail.removeFirst();
          }
        }
        if (line.equals("ready") || line.startsWith("ready at ")) {
          ready.complete(null);
        }
      }
    } catch (IOException e) {
      ready.completeExceptionally(e);
    } finally {
      LIVE.remove(process);
      ready.completeExceptionally(new IllegalStateException("ended"));
    }
  }

  RoleKind role() {
    return role;
  }

  /**
   * @return whether it does its work; not when it ended for what a new start may mend
   * @throws TortureException when it ends otherwise or takes too long
   */
  boolean awaitReady(Duration limit) throws InterruptedException {
    try {
      ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      throw new TortureException(
          "%s is not ready after %d s:\n%s".formatted(role.label(), limit.toSeconds(), tail()), e);
    } catch (ExecutionException e) {
      int status = awaitEnd(limit);
      if (status == ExitCodes.RETRY) {
        return false;
      }
      throw new TortureException(
          "%s ended before it was ready (exit %d):\n%s".formatted(role.label(), status, tail()), e);
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  /**
   * Waits for its end.
   *
   * @return the exit status
   * @throws TortureException when it takes too long
   */
  int awaitEnd(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new TortureException(
          "%s still runs after %d s:\n%s".formatted(role.label(), limit.toSeconds(), tail()), null);
    }
    reader.join();
    return process.exitValue();
  }

  /** SIGKILL; returns when it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    reader.join();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /**
   * @param signal such as {@code STOP}
   */
  void signal(String signal) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    if (status != 0) {
      throw new TortureException(
          "cannot send SIG%s to %s: kill says %d".formatted(signal, role.label(), status), null);
    }
  }

  /** The last lines it printed. */
  String tail() {
    synchronized (tail) {
      return String.join("\n", tail);
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
