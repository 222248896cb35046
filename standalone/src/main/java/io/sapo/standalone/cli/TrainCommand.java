package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Surroundings;
import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.ConfigReport;
import io.sapo.configuration.Settings;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.logging.Logging;
import io.sapo.standalone.progress.RunSummary;
import io.sapo.standalone.run.Checkpoints;
import io.sapo.standalone.run.RunSettings;
import io.sapo.standalone.run.TorchThreads;
import io.sapo.standalone.run.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo train}. */
@Command(
    name = "train",
    description = {
      "Runs the whole pipeline in this process: embedded broker, producers, segmenter, learner,"
          + " evaluation and admin.",
      "Ctrl-C ends it after the current update, a second one at once; the same --data resumes from"
          + " there."
    })
final class TrainCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(TrainCommand.class);
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions config;
  @Mixin private ModelOptions model;

  @Option(
      names = "--updates",
      paramLabel = "N",
      description = "Updates in all, those before a resume included.")
  private String updates;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder of the run, continued when it exists; without it a new one under data/.")
  private String data;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers to use instead of the embedded one.")
  private String bootstrapServers;

  @Option(
      names = "--summary",
      paramLabel = "FILE",
      description = "Where the summary is written as JSON.")
  private Path summary;

  @Mixin private RoleCommand.DivergenceOption divergence;

  @Option(names = "--json", description = "Print the summary as JSON, progress to standard error.")
  private boolean json;

  TrainCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkSummary();
    RunSettings run =
        RunSettings.resolve(
            earlier -> config.load(surroundings.environment(), earlier, this::flags),
            RunFolder::fresh,
            true);
    RunFolder folder = run.folder();
    Settings settings = run.settings();
    TorchThreads.use(settings);
    new Binding(settings).device();
    KafkaAccess.requireFree(settings, folder);
    PrintWriter progress = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    PlanWarnings.look(settings, "train", progress);
    new Binding(settings).warnings().forEach(progress::println);
    TrainingRun training =
        new TrainingRun(
            settings,
            folder,
            Checkpoints.start(settings, surroundings.home()),
            progress,
            surroundings.interactive() && !json,
            divergence.accept);
    folder.keepSettings(ConfigReport.changed(settings));
    if (settings.text("log.format").equals("json")) {
      Logging.toStandardOutput();
    } else {
      Logging.toFile(folder.log());
    }
    try {
      report(supervised(training, settings));
    } catch (RuntimeException e) {
      Logging.keep(log, "the run has ended", e);
      throw e;
    } finally {
      Logging.closeFile(folder.log());
    }
    return ExitCodes.FINE;
  }

  private RunSummary supervised(TrainingRun training, Settings settings)
      throws InterruptedException {
    try (StopSignals signals =
        new StopSignals(
            training::stop,
            "ending after the update under way",
            spec.commandLine().getErr(),
            settings.duration("run.stop-grace"))) {
      signals.endAfter(training.failure());
      return training.run();
    }
  }

  private void report(RunSummary result) throws IOException {
    String text = Json.of(result);
    if (summary != null) {
      Files.writeString(summary, text + "\n");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? text + "\n" : result.text());
    out.flush();
  }

  private void checkSummary() {
    if (summary == null) {
      return;
    }
    Path parent = summary.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent) || Files.isDirectory(summary)) {
      throw CommandFailure.usage("--summary " + summary + ": no file can be written there");
    }
  }

  private ConfigLoader flags(ConfigLoader loader) {
    model.flags(loader);
    ModelOptions.flag(loader, "--updates", "run.updates", updates);
    ModelOptions.flag(loader, "--data", "run.data", data);
    ModelOptions.flag(loader, "--bootstrap-servers", "kafka.bootstrap-servers", bootstrapServers);
    return loader;
  }
}
