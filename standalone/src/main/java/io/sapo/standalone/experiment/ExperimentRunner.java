package io.sapo.standalone.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.command.CommandFailure;
import io.sapo.policy.checkpoint.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

  private final ExperimentFile experiment;
  private final Path output;
  private final PrintWriter out;
  private final RunSettings made;
  private final Training training;

  /** Makes one run. */
  interface Training {

    /**
     * @param folder of the run, which is there
     */
    RunResult train(Job job, Map<String, String> settings, Path folder)
        throws IOException, InterruptedException;
  }

  /**
   * @param output folder of results
   */
  public ExperimentRunner(ExperimentFile experiment, Path output, PrintWriter out) {
    this(experiment, output, out, new TrainingProcess());
  }

  ExperimentRunner(ExperimentFile experiment, Path output, PrintWriter out, Training training) {
    this.experiment = experiment;
    this.output = output;
    this.out = out;
    this.made = new RunSettings(experiment, output);
    this.training = training;
  }

  /**
   * Holds what lies in the folder against the experiment.
   *
   * @param before file that runs were made for last; null where there is none
   * @throws CommandFailure where a run was made with other settings than the experiment's
   */
  public void check(ExperimentFile before) throws IOException {
    if (before != null) {
      made.adopt(before);
    }
    made.requireAll();
  }

  /** All reported runs, arm by arm; tuning comes first, then seed by seed. */
  public Map<String, List<RunResult>> run() throws InterruptedException {
    Map<String, String> tuned = Map.of();
    if (experiment.tuning() != null) {
      tuned = best(results(experiment.tuningJobs()));
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
    Map<String, String> tuned =
        experiment.tuning() == null ? Map.of() : best(made(experiment.tuningJobs()));
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
    return made(experiment.tuningJobs());
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
      made.require(job);
      Path file = job.folder(output).resolve(RunSettings.RESULT);
      if (Files.isRegularFile(file)) {
        results.add(JSON.readValue(file.toFile(), RunResult.class));
      }
    }
    return results;
  }

  private RunResult result(Job job) throws IOException, InterruptedException {
    Path folder = job.folder(output);
    Path file = folder.resolve(RunSettings.RESULT);
    made.require(job);
    if (!Files.isRegularFile(file)) {
      Files.createDirectories(folder);
      made.keep(job);
      RunResult result = training.train(job, experiment.settings(job), folder);
      RunSettings.write(file, result);
      Folders.delete(folder.resolve(RunSettings.DATA));
      say(
          "%s: accuracy %.3f after %.0f s"
              .formatted(job, result.last(result.tokens()), result.seconds()));
    }
    return JSON.readValue(file.toFile(), RunResult.class);
  }

  private synchronized void say(String line) {
    out.println(line);
    out.flush();
  }
}
