package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Surroundings;
import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.evaluator.EvaluationConfig;
import io.sapo.evaluator.Evaluator;
import io.sapo.evaluator.Score;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.standalone.run.Checkpoints;
import io.sapo.standalone.run.TaskDefaults;
import io.sapo.standalone.run.TorchThreads;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo evaluate}. */
@Command(
    name = "evaluate",
    description = {
      "Measures accuracy on held-out tasks, sampled and greedy.",
      "Of the newest version of a run (--data), else of a checkpoint (--checkpoint)."
    })
final class EvaluateCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions config;
  @Mixin private ModelOptions model;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder of a training run.")
  private Path data;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Number of tasks; without it evaluation.tasks.")
  private String limit;

  @Option(
      names = "--blank-pictures",
      description = "Replace pictures by white ones (ablation): accuracy without looking.")
  private boolean blankPictures;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  EvaluateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    Settings told =
        config.load(
            surroundings.environment(),
            loader -> data == null ? loader : loader.run(EvaluatedModel.existing(data).settings()),
            this::flags);
    Settings settings =
        data == null ? TaskDefaults.fit(TorchThreads.fit(told)) : TaskDefaults.fitEvaluated(told);
    TorchThreads.use(settings);
    Binding binding = new Binding(settings).check().checkVerifier().checkHeldOut();
    EvaluationConfig evaluation = binding.evaluation().withBlankPictures(blankPictures);
    CheckpointFolder checkpoint =
        CheckpointFolder.open(Checkpoints.start(settings, surroundings.home()));
    try (BaseModel base = binding.base(checkpoint);
        Evaluator evaluator = new Evaluator(evaluation, checkpoint, base);
        EvaluatedModel evaluated = EvaluatedModel.open(data, settings, checkpoint, base)) {
      print(
          evaluated.what(),
          score(evaluator, evaluated, evaluation, evaluation.sampling()),
          score(evaluator, evaluated, evaluation, evaluation.greedy()));
    }
    return ExitCodes.FINE;
  }

  private ConfigLoader flags(ConfigLoader loader) {
    model.evaluationFlags(loader);
    ModelOptions.flag(loader, "--limit", "evaluation.tasks", limit);
    return loader;
  }

  private static Score score(
      Evaluator evaluator, EvaluatedModel evaluated, EvaluationConfig config, Sampling sampling) {
    return evaluator.evaluate(
        evaluated.weights(), evaluated.version(), sampling, config.schedule().tasks());
  }

  private void print(String what, Score sampled, Score greedy) {
    if (sampled.tasks() == 0) {
      throw CommandFailure.failed(
          "nothing was evaluated: of %s, %d tasks were refused and none was left"
              .formatted(sampled.source(), sampled.refused()));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("model", what);
      result.put("version", sampled.version());
      result.put("tasks_source", sampled.source());
      result.put("tasks", sampled.tasks());
      result.put("refused", sampled.refused());
      result.put("blank_pictures", blankPictures);
      result.put("accuracy", number(sampled.accuracy()));
      result.put("greedy_accuracy", number(greedy.accuracy()));
      result.put("mean_reward", number(sampled.meanReward()));
      result.put("mean_response_tokens", number(sampled.meanResponseTokens()));
      out.println(Json.of(result));
    } else {
      out.printf(
          Locale.ROOT,
          "%s%n%s%s: %d tasks, %d refused%nsampled %.3f, greedy %.3f, reward %.3f, %.1f tokens a"
              + " response%n",
          what,
          sampled.source(),
          blankPictures ? " with blank pictures" : "",
          sampled.tasks(),
          sampled.refused(),
          sampled.accuracy(),
          greedy.accuracy(),
          sampled.meanReward(),
          sampled.meanResponseTokens());
    }
    out.flush();
  }

  /** JSON has no word for a mean over nothing. */
  private static Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
