package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.device.NativeThreads;
import io.sapo.standalone.pretrain.Lesson;
import io.sapo.standalone.pretrain.Pretraining;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo pretrain}. */
@Command(
    name = "pretrain",
    description = {
      "Makes a starting checkpoint for tasks with written solutions by supervised training.",
      "The solutions mix right steps with plausible wrong ones, so that there is something to"
          + " learn."
    })
final class PretrainCommand implements Callable<Integer> {
  private static final int REPORT_EVERY = 50;

  @Spec private CommandSpec spec;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write; must not exist.")
  private Path output;

  @Option(
      names = "--tasks",
      defaultValue = "figures",
      paramLabel = "SPEC",
      description =
          "figures, chain, or either with (FEWEST-MOST) steps (default: ${DEFAULT-VALUE}).")
  private String tasks;

  @Option(
      names = "--steps",
      defaultValue = "4000",
      paramLabel = "N",
      description = "Optimizer steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--batch-size",
      defaultValue = "16",
      paramLabel = "N",
      description = "Examples of an optimizer step (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--learning-rate",
      defaultValue = "1e-3",
      paramLabel = "LR",
      description = "Peak learning rate (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "S",
      description = "Seed of initial weights and examples (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--threads",
      defaultValue = "1",
      paramLabel = "N",
      description = "Threads of one native operation (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--critic-of",
      paramLabel = "DIR",
      description =
          "Train a critic of this policy, which was made for the same tasks, for"
              + " learner.critic.checkpoint: before each token of a solution, the probability that"
              + " its answer will be right. For chain, whose steps are known to be right or wrong.")
  private Path policy;

  private double lossSum;

  @Override
  public Integer call() throws IOException {
    if (steps < 1 || batchSize < 1 || threads < 1 || !(learningRate > 0)) {
      throw CommandFailure.usage(
          "--steps, --batch-size, --threads and --learning-rate must be above 0");
    }
    if (Files.exists(output)) {
      throw CommandFailure.usage(output + " exists already; name a folder that does not");
    }
    Lesson lesson =
        Lesson.of(tasks)
            .orElseThrow(
                () ->
                    CommandFailure.usage(
                        "--tasks " + tasks + ": solutions are written for figures and chain"));
    boolean critic = policy != null;
    if (critic && !lesson.hasValues()) {
      throw CommandFailure.usage(
          "--critic-of: which steps are right is known of chain, not of --tasks " + tasks);
    }
    NativeThreads.use(threads);
    PrintWriter out = spec.commandLine().getOut();
    Pretraining.Settings settings = new Pretraining.Settings(steps, batchSize, learningRate, seed);
    Pretraining pretraining = new Pretraining(lesson, settings, step -> report(out, step));
    if (critic) {
      pretraining.critic(CheckpointFolder.open(policy), output);
    } else {
      pretraining.policy(output);
    }
    out.println(
        critic
            ? "wrote %s; begin a run with it: --set learner.critic.checkpoint=%1$s"
                .formatted(output)
            : "wrote %s; measure it with: sapo evaluate --checkpoint %1$s".formatted(output));
    out.flush();
    return ExitCodes.FINE;
  }

  private void report(PrintWriter out, Pretraining.Step step) {
    lossSum += step.loss();
    if (step.step() % REPORT_EVERY == 0) {
      out.printf(
          policy != null
              ? "step %5d/%d  squared error %.4f  gradient norm %.2f  learning rate %.2e%n"
              : "step %5d/%d  loss %.4f nats/token  gradient norm %.2f  learning rate %.2e%n",
          step.step(),
          steps,
          lossSum / REPORT_EVERY,
          step.gradientNorm(),
          step.learningRate());
      out.flush();
      lossSum = 0;
    }
  }
}
