package io.sapo.system.run;

import io.sapo.configuration.ConfigLoader;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.run.RoleKind;
import io.sapo.standalone.run.RoleProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** A role as a process would run it, on a thread of the test, with what it printed. */
public final class RunningRole {
  private static final String UPDATES = "run.updates=3";

  private final RoleProcess process;
  private final Path readyFile;
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> end;

  private final StringWriter out =
      new StringWriter() {
        @Override
        public void flush() {
          toString().lines().filter(line -> line.startsWith("ready")).forEach(ready::complete);
        }
      };

  private RunningRole(RoleKind kind, Path data, Path checkpoint, ConfigLoader loader) {
    data.toFile().mkdirs();
    readyFile = data.resolve(kind.label() + ".ready");
    process =
        new RoleProcess(
            kind,
            loader.load(),
            new RunFolder(data),
            checkpoint,
            false,
            Optional.of(readyFile),
            new PrintWriter(out));
    end = CompletableFuture.runAsync(this::run, task -> new Thread(task, kind.label()).start());
    end.whenComplete((nothing, cause) -> ready.complete("ended before it was ready: " + cause));
  }

  /**
   * Starts one with the settings of the tiny checkpoint, for three updates.
   *
   * @param more settings that differ from these
   */
  public static RunningRole start(RoleKind kind, Path data, Path checkpoint, String... more) {
    ConfigLoader loader = new ConfigLoader();
    TinyCheckpoint.SETTINGS.forEach(loader::set);
    loader.set(UPDATES);
    List.of(more).forEach(loader::set);
    return new RunningRole(kind, data, checkpoint, loader);
  }

  private void run() {
    try {
      process.run();
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  /** The line that says it is ready, or one that says why it will not be. */
  public String awaitReady() {
    return ready.orTimeout(60, TimeUnit.SECONDS).join();
  }

  public boolean isReady() {
    return ready.isDone();
  }

  /** What it says of itself first. */
  public String firstLine() {
    return out.toString().lines().findFirst().orElse("");
  }

  public Path readyFile() {
    return readyFile;
  }

  /** Completes when it has ended, with what made it fail. */
  public CompletableFuture<Void> end() {
    return end;
  }

  /**
   * Returns when it has ended.
   *
   * @throws CompletionException with what it fails with while it stops; what it failed with before
   *     is {@link #end}'s to tell
   */
  public void stop() {
    boolean failedBefore = end.isCompletedExceptionally();
    process.stop();
    if (!failedBefore) {
      end.copy().orTimeout(60, TimeUnit.SECONDS).join();
    }
  }
}
