package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Surroundings;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.measurements.Measurements;
import io.sapo.standalone.mlflow.MlflowExport;
import io.sapo.standalone.mlflow.MlflowServer;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo mlflow}. */
@Command(
    name = "mlflow",
    description = {
      "Writes what a run measured to an MLflow tracking server, read from its topics.",
      "A second call adds what is new; the run may be training meanwhile.",
      "Credentials are those of MLflow's own clients: MLFLOW_TRACKING_TOKEN, or"
          + " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD; http://USER:PASSWORD@HOST"
          + " is taken, but seen in the list of processes."
    })
final class MlflowCommand implements Callable<Integer> {
  private static final String ADDRESS = "MLFLOW_TRACKING_URI";

  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(
      names = "--to",
      paramLabel = "URL",
      description = "The server, http://HOST:PORT; without it that of MLFLOW_TRACKING_URI.")
  private String to;

  @Option(
      names = "--experiment",
      paramLabel = "NAME",
      defaultValue = "sapo",
      description = "Experiment, created if missing (default: ${DEFAULT-VALUE}).")
  private String experiment;

  MlflowCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    String address = to == null ? surroundings.environment().get(ADDRESS) : to;
    if (address == null || address.isBlank()) {
      throw CommandFailure.usage("name the MLflow server with --to or " + ADDRESS);
    }
    MlflowServer server = MlflowServer.at(address, surroundings.environment());
    RunOptions.Target target = options.target(surroundings);
    try (KafkaAccess kafka = target.open();
        TopicScan scan = new TopicScan(kafka.client())) {
      Measurements measured = Measurements.read(scan, kafka.topics());
      if (measured.first() == null) {
        throw CommandFailure.failed("the run has no version yet");
      }
      MlflowExport.Written written = new MlflowExport(server).write(measured, experiment);
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%d versions and %d evaluations in run %s of %s, %d of them new%n",
          written.updates(),
          written.evaluations(),
          written.run(),
          server.address(),
          written.points());
      out.flush();
      return ExitCodes.FINE;
    }
  }
}
