package io.sapo.standalone.cli;

import io.sapo.command.ExitCodes;
import io.sapo.configuration.YamlText;
import io.sapo.standalone.experiment.ExperimentFile;
import io.sapo.standalone.experiment.ExperimentReport;
import io.sapo.standalone.experiment.ExperimentRunner;
import io.sapo.standalone.experiment.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sapo experiment}. */
@Command(
    name = "experiment",
    description = {
      "Runs the experiment of a file, arms × seeds, and writes one report with intervals.",
      "Runs with a result are not repeated: the same command continues an interrupted experiment."
    })
final class ExperimentCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "YAML: name, settings, arms, seeds, tuning.")
  private Path file;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Folder of results and report; without it data/experiment-NAME.")
  private Path output;

  @Option(
      names = "--report",
      description = "Run nothing: write the report of the results that are there.")
  private boolean report;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ExperimentFile experiment = ExperimentFile.read(file);
    Path folder = output == null ? Path.of("data", "experiment-" + experiment.name()) : output;
    if (!report) {
      Files.createDirectories(folder);
    }
    PrintWriter out = spec.commandLine().getOut();
    ExperimentRunner runner = new ExperimentRunner(experiment, folder, out);
    Path kept = folder.resolve("experiment.yaml");
    runner.check(Files.exists(kept) ? ExperimentFile.read(kept) : null);
    if (!report) {
      Files.writeString(kept, YamlText.of(file));
    }
    Map<String, List<RunResult>> results = report ? runner.made() : runner.run();
    out.println(
        "wrote " + new ExperimentReport(experiment, results, runner.tuning()).write(folder));
    out.flush();
    return ExitCodes.FINE;
  }
}
