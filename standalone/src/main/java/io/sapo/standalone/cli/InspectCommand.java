package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Surroundings;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.schemas.CommittedLog;
import io.sapo.standalone.inspect.TrajectoryFate;
import io.sapo.standalone.inspect.TrajectoryFinder;
import io.sapo.standalone.inspect.TrajectoryReport;
import io.sapo.standalone.inspect.VersionFinder;
import io.sapo.standalone.inspect.VersionReport;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.kafka.TopicScan;
import io.sapo.standalone.run.Checkpoints;
import java.io.PrintWriter;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sapo inspect}. */
@Command(name = "inspect", description = "Shows what became of a record of a run.")
final class InspectCommand {
  private static final Logger log = LoggerFactory.getLogger(InspectCommand.class);

  private final Surroundings surroundings;
  @Spec private CommandSpec spec;

  InspectCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(
      name = "trajectory",
      description = "A response with its segments, and the version that trained on it.")
  int trajectory(
      @Parameters(
              paramLabel = "ID",
              arity = "0..1",
              description = "Trajectory id; without it the one segmented last.")
          String id,
      @Mixin RunOptions options,
      @Option(names = "--json", description = "As JSON.") boolean json) {
    RunOptions.Target target = options.target(surroundings);
    try (KafkaAccess kafka = target.open();
        TopicScan scan = new TopicScan(kafka.client())) {
      TrajectoryFinder finder = new TrajectoryFinder(scan, kafka.topics());
      TrajectoryFate found =
          (id == null ? finder.newest() : finder.find(id))
              .orElseThrow(
                  () ->
                      CommandFailure.failed(
                          id == null
                              ? "no trajectory has been segmented yet"
                              : "no trajectory " + id + " in the topics of this run"));
      TrajectoryReport report = report(found, target.settings());
      PrintWriter out = spec.commandLine().getOut();
      out.print(json ? Json.of(report) + "\n" : report.text());
      out.flush();
      return ExitCodes.FINE;
    }
  }

  /** With the prompt's tokens as text, where the run's checkpoint can be read here. */
  private TrajectoryReport report(TrajectoryFate found, Settings settings) {
    try (CheckpointProfile profile =
        CheckpointProfile.open(
            CheckpointFolder.open(Checkpoints.start(settings, surroundings.home())),
            new Binding(settings).profile())) {
      return TrajectoryReport.of(found, Optional.of(profile));
    } catch (InvalidCheckpointException e) {
      log.warn("the prompt that was fed cannot be shown: {}", e.getMessage());
      return TrajectoryReport.of(found, Optional.empty());
    }
  }

  @Command(
      name = "version",
      description = "The batch of a version: every trajectory it trained on or skipped.")
  int version(
      @Parameters(paramLabel = "N", description = "The version.") long number,
      @Mixin RunOptions options,
      @Option(names = "--json", description = "As JSON.") boolean json) {
    try (KafkaAccess kafka = options.target(surroundings).open();
        Admin admin = kafka.admin();
        CommittedLog log = new CommittedLog(admin, kafka.client())) {
      VersionReport report =
          new VersionFinder(log, kafka.topics())
              .find(number)
              .orElseThrow(
                  () -> CommandFailure.failed("version " + number + " has not been committed"));
      PrintWriter out = spec.commandLine().getOut();
      out.print(json ? Json.of(report) + "\n" : report.text());
      out.flush();
      return ExitCodes.FINE;
    }
  }
}
