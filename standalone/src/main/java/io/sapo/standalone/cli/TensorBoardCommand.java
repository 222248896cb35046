package io.sapo.standalone.cli;

import io.sapo.command.ExitCodes;
import io.sapo.command.Surroundings;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.measurements.Measurements;
import io.sapo.standalone.tensorboard.TensorBoardExport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo tensorboard}. */
@Command(
    name = "tensorboard",
    description = {
      "Writes what a run measured as TensorBoard event files, read from its topics.",
      "A second call adds what is new; the run may be training meanwhile."
    })
final class TensorBoardCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Folder for tensorboard --logdir; without it tensorboard in the run's folder.")
  private Path to;

  TensorBoardCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    RunOptions.Target target = options.target(surroundings);
    Path folder = to == null ? target.folder().path().resolve("tensorboard") : to;
    try (KafkaAccess kafka = target.open();
        TopicScan scan = new TopicScan(kafka.client())) {
      TensorBoardExport.Written written =
          TensorBoardExport.write(Measurements.read(scan, kafka.topics()), folder);
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "%d versions and %d evaluations in %s, %d bytes of them new%n",
          written.updates(), written.evaluations(), folder, written.bytes());
      out.flush();
      return ExitCodes.FINE;
    }
  }
}
