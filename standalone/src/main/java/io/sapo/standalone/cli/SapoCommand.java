package io.sapo.standalone.cli;

import io.sapo.admin.AdminException;
import io.sapo.broker.BrokerException;
import io.sapo.command.CommandFailure;
import io.sapo.command.CommandProvider;
import io.sapo.command.ExitCodes;
import io.sapo.command.Printable;
import io.sapo.command.Surroundings;
import io.sapo.configuration.ConfigException;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.device.DeviceException;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.standalone.logging.Logging;
import io.sapo.standalone.run.RoleKind;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code sapo} command line; each subcommand is a class of its own. */
@Command(
    name = "sapo",
    description = "Streaming online reinforcement learning for reasoning models, on Kafka.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:fine",
      "1:failed",
      "2:wrong usage or configuration",
      "3:another learner has taken over; do not start this one again",
      "4:failed for what lies outside of it, such as Kafka; started again it may go on"
    })
public final class SapoCommand implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(SapoCommand.class);

  /** Their messages say what was wrong, where, and what to do. */
  private static final List<Class<? extends Exception>> FORESEEN =
      List.of(
          CommandFailure.class,
          ConfigException.class,
          BrokerException.class,
          AdminException.class,
          DeviceException.class,
          InvalidCheckpointException.class,
          TaskFormatException.class);

  @Spec private CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log more, and print stack traces of failures.",
      scope = ScopeType.INHERIT)
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.",
      scope = ScopeType.INHERIT)
  private boolean help;

  private SapoCommand() {}

  /** The command line, ready to execute; it never ends the process. */
  public static CommandLine create(Surroundings surroundings) {
    SapoCommand root = new SapoCommand();
    CommandLine line = new CommandLine(root);
    line.addSubcommand(new TrainCommand(surroundings));
    for (RoleKind kind : RoleKind.values()) {
      line.addSubcommand(kind.label(), RoleCommand.of(surroundings, kind));
    }
    line.addSubcommand(new EvaluateCommand(surroundings));
    line.addSubcommand(new SampleCommand(surroundings));
    line.addSubcommand(new ExportCommand());
    line.addSubcommand(new PretrainCommand());
    line.addSubcommand(new ExperimentCommand());
    line.addSubcommand(new ScoreCommand(surroundings));
    line.addSubcommand(new InspectCommand(surroundings));
    line.addSubcommand(new ReplayCommand(surroundings));
    line.addSubcommand(new TopicsCommand(surroundings));
    line.addSubcommand(new AclsCommand(surroundings));
    line.addSubcommand(new PlanCommand(surroundings));
    line.addSubcommand(new DoctorCommand(surroundings));
    line.addSubcommand(new AuditCommand(surroundings));
    line.addSubcommand(new TensorBoardCommand(surroundings));
    line.addSubcommand(new MlflowCommand(surroundings));
    line.addSubcommand(new ConfigCommand(surroundings));
    found(surroundings).forEach(line::addSubcommand);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (e, at, parsed) -> root.report(RunOptions.explained(at, e), at.getErr()));
    line.setParameterExceptionHandler((e, arguments) -> usage(e));
    line.setExecutionStrategy(
        parsed -> {
          Logging.verbose(root.verbose);
          return new CommandLine.RunLast().execute(parsed);
        });
    return line;
  }

  /** Those of modules that lie beside this one; in the order of their names. */
  private static List<CommandLine> found(Surroundings surroundings) {
    return ServiceLoader.load(CommandProvider.class).stream()
        .map(provider -> new CommandLine(provider.get().command(surroundings)))
        .sorted(Comparator.comparing(CommandLine::getCommandName))
        .toList();
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int usage(CommandLine.ParameterException e) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("sapo: " + e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return ExitCodes.USAGE;
  }

  /** One clear message; anything that nobody foresaw says how to see more. */
  private int report(Exception e, PrintWriter err) {
    String message = expected(e).map(Throwable::getMessage).orElseGet(() -> Failures.unforeseen(e));
    if (Logging.structured()) {
      log.error("{}", message, e);
    } else {
      err.println("sapo: " + Printable.text(message));
      if (verbose) {
        e.printStackTrace(err);
      }
      err.flush();
    }
    return Failures.exitCode(e);
  }

  private static Optional<Exception> expected(Exception e) {
    return FORESEEN.stream().anyMatch(type -> type.isInstance(e))
        ? Optional.of(e)
        : Optional.empty();
  }
}
