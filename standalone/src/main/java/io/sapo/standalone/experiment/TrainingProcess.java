package io.sapo.standalone.experiment;

import io.sapo.command.ChildProcesses;
import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One run of an experiment: {@code sapo train} in a process of its own, with this one's options.
 */
final class TrainingProcess implements ExperimentRunner.Training {
  private static final int MOST_STARTS = 3;

  /**
   * Trains in {@code data} below the folder, which is left there for the caller to delete.
   *
   * @throws CommandFailure where the run fails
   */
  @Override
  public RunResult train(Job job, Map<String, String> settings, Path folder)
      throws IOException, InterruptedException {
    Path data = folder.resolve(RunSettings.DATA);
    Path summary = folder.resolve("summary.json");
    long begun = System.nanoTime();
    run(job, settings, data, summary);
    double seconds = (System.nanoTime() - begun) / 1e9;
    synchronized (this) {
      return ResultReader.read(job, data, summary, seconds);
    }
  }

  private static void run(Job job, Map<String, String> settings, Path data, Path summary)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.sapo.standalone.Main", "train"));
    command.addAll(List.of("--data", data.toString(), "--summary", summary.toString()));
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    Path log = summary.resolveSibling("train.log");
    int code = untilItEnds(() -> start(command, log));
    if (code != 0) {
      throw CommandFailure.failed(
          "%s ended with exit code %d; its output is in %s. The experiment started again goes on from there"
              .formatted(job, code, log));
    }
  }

  /** One start of a run; its exit code. */
  interface Start {
    int end() throws IOException, InterruptedException;
  }

  /** What ended for something outside of it goes on when it is started again. */
  static int untilItEnds(Start run) throws IOException, InterruptedException {
    int code = run.end();
    for (int starts = 1; code == ExitCodes.RETRY && starts < MOST_STARTS; starts++) {
      code = run.end();
    }
    return code;
  }

  private static int start(List<String> command, Path log)
      throws IOException, InterruptedException {
    Process process =
        ChildProcesses.adopt(
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start());
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }
}
