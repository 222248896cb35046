package io.sapo.standalone.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.command.ChildProcesses;
import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.policy.checkpoint.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Makes the runs of an experiment that have no result yet, several at a time, each by {@code sapo
 * train} in a process of its own. A result is a file: what was made before is not made again.
 */
public final class ExperimentRunner {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RESULT = "result.json";
  private static final int MOST_STARTS = 3;

  private final ExperimentFile experiment;
  private final Path output;
  private final PrintWriter out;

  /**
   * @param output folder of results; what lies there is taken for results of this experiment
   */
  public ExperimentRunner(ExperimentFile experiment, Path output, PrintWriter out) {
    this.experiment = experiment;
    this.output = output;
    this.out = out;
  }

  /** All reported runs, arm by arm; tuning comes first, then seed by seed. */
  public Map<String, List<RunResult>> run() throws InterruptedException {
    Map<String, String> tuned = Map.of();
    if (experiment.tuning() != null) {
      tuned = best(results(tuningJobs()));
      tuned.forEach((arm, value) -> say(arm + ": " + experiment.tuning().key() + " = " + value));
    }
    return byArm(results(jobs(tuned)));
  }

  /**
   * The reported runs that have a result already; nothing is run.
   *
   * @throws CommandFailure where there is none
   */
  public Map<String, List<RunResult>> made() throws IOException {
    Map<String, String> tuned = experiment.tuning() == null ? Map.of() : best(made(tuningJobs()));
    Map<String, List<RunResult>> made = byArm(made(jobs(tuned)));
    made.values().removeIf(List::isEmpty);
    if (made.isEmpty()) {
      throw CommandFailure.failed(
          "no run of %s has a result in %s yet".formatted(experiment.name(), output));
    }
    return made;
  }

  /** Tuning runs that have a result already, value by value. */
  public List<RunResult> tuning() throws IOException {
    return made(tuningJobs());
  }

  private List<Job> tuningJobs() {
    if (experiment.tuning() == null) {
      return List.of();
    }
    List<Job> jobs = new ArrayList<>();
    for (String value : experiment.tuning().values()) {
      for (String arm : experiment.arms().keySet()) {
        jobs.add(new Job(arm, value, experiment.tuning().seed()));
      }
    }
    return jobs;
  }

  private List<Job> jobs(Map<String, String> tuned) {
    List<Job> jobs = new ArrayList<>();
    for (long seed : experiment.seeds()) {
      experiment.arms().keySet().forEach(arm -> jobs.add(new Job(arm, tuned.get(arm), seed)));
    }
    return jobs;
  }

  private Map<String, List<RunResult>> byArm(List<RunResult> results) {
    Map<String, List<RunResult>> byArm = new LinkedHashMap<>();
    experiment.arms().keySet().forEach(arm -> byArm.put(arm, new ArrayList<>()));
    results.forEach(result -> byArm.get(result.arm()).add(result));
    return byArm;
  }

  /** By arm: the value with the largest area up to the {@link Budget} of these runs. */
  private static Map<String, String> best(List<RunResult> results) {
    double budget = Budget.of(results).tokens();
    Map<String, RunResult> best = new LinkedHashMap<>();
    for (RunResult result : results) {
      best.merge(
          result.arm(),
          result,
          (one, two) ->
              Double.isNaN(one.area(budget)) || two.area(budget) > one.area(budget) ? two : one);
    }
    Map<String, String> values = new LinkedHashMap<>();
    best.forEach((arm, result) -> values.put(arm, result.tuned()));
    return values;
  }

  private List<RunResult> results(List<Job> jobs) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(experiment.parallel());
    try {
      List<Future<RunResult>> futures = new ArrayList<>();
      for (Job job : jobs) {
        futures.add(pool.submit(() -> result(job)));
      }
      List<RunResult> results = new ArrayList<>();
      for (Future<RunResult> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CommandFailure failure
          ? failure
          : CommandFailure.failed("a run failed: " + e.getCause(), e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private List<RunResult> made(List<Job> jobs) throws IOException {
    List<RunResult> results = new ArrayList<>();
    for (Job job : jobs) {
      Path file = job.folder(output).resolve(RESULT);
      if (Files.isRegularFile(file)) {
        results.add(JSON.readValue(file.toFile(), RunResult.class));
      }
    }
    return results;
  }

  private RunResult result(Job job) throws IOException, InterruptedException {
    Path folder = job.folder(output);
    Path file = folder.resolve(RESULT);
    if (!Files.isRegularFile(file)) {
      Files.createDirectories(folder);
      Path data = folder.resolve("data");
      Path summary = folder.resolve("summary.json");
      long begun = System.nanoTime();
      train(job, data, summary);
      double seconds = (System.nanoTime() - begun) / 1e9;
      RunResult result;
      synchronized (this) {
        result = ResultReader.read(job, data, summary, seconds);
      }
      Path fresh = folder.resolve(RESULT + ".new");
      JSON.writerWithDefaultPrettyPrinter().writeValue(fresh.toFile(), result);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      Folders.delete(data);
      say("%s: accuracy %.3f after %.0f s".formatted(job, result.last(result.tokens()), seconds));
    }
    return JSON.readValue(file.toFile(), RunResult.class);
  }

  private synchronized void say(String line) {
    out.println(line);
    out.flush();
  }

  private void train(Job job, Path data, Path summary) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.sapo.standalone.Main", "train"));
    command.addAll(List.of("--data", data.toString(), "--summary", summary.toString()));
    experiment
        .settings(job.arm(), job.tuned(), job.seed())
        .forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
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
