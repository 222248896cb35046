package io.sapo.standalone.cli;

import io.sapo.command.ExitCodes;
import io.sapo.command.Surroundings;
import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.ConfigReport;
import io.sapo.configuration.Settings;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.logging.Logging;
import io.sapo.standalone.run.Checkpoints;
import io.sapo.standalone.run.RoleKind;
import io.sapo.standalone.run.RoleProcess;
import io.sapo.standalone.run.RunSettings;
import io.sapo.standalone.run.TorchThreads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo broker}, {@code producer}, {@code segmenter} and so on: one role a process. */
@Command
final class RoleCommand implements Callable<Integer> {
  /** Of roles that listen. */
  private static final Map<RoleKind, String> PORT_KEYS =
      Map.of(
          RoleKind.BROKER,
          "broker.port",
          RoleKind.ADMIN,
          "admin.port",
          RoleKind.GATEWAY,
          "gateway.port");

  private final Surroundings surroundings;
  private final RoleKind kind;
  private final ModelOptions model = new ModelOptions();
  private final BrokersOption brokers = new BrokersOption();
  private final PortOption port = new PortOption();
  private final DivergenceOption divergence = new DivergenceOption();
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder of the role, shared with others of this machine; without it data/roles.")
  private String data;

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = {
        "File that exists while the role works, for health checks;",
        "FILE.alive is touched from the start on while it gets on."
      })
  private Path readyFile;

  private static final class BrokersOption {
    @Option(
        names = "--bootstrap-servers",
        paramLabel = "HOST:PORT",
        description = "Kafka brokers; without it those of a broker that runs on the same --data.")
    private String servers;
  }

  private static final class PortOption {
    @Option(names = "--port", paramLabel = "N", description = "Port to listen on; 0: any free one.")
    private String port;
  }

  /** Of commands that recover. */
  static final class DivergenceOption {
    @Option(
        names = "--accept-divergence",
        description =
            "Go on where recovery reaches other weights than were committed, and record it.")
    boolean accept;
  }

  private RoleCommand(Surroundings surroundings, RoleKind kind) {
    this.surroundings = surroundings;
    this.kind = kind;
  }

  /** The command of one role, with the options that have a meaning for it. */
  static CommandLine of(Surroundings surroundings, RoleKind kind) {
    RoleCommand command = new RoleCommand(surroundings, kind);
    CommandLine line = new CommandLine(command);
    CommandSpec spec = line.getCommandSpec();
    spec.name(kind.label());
    spec.usageMessage()
        .description(
            kind.description(),
            "Ends on SIGTERM, the learner after the update it is at, within run.stop-grace; nothing"
                + " is lost.");
    if (PORT_KEYS.containsKey(kind)) {
      spec.addMixin("port", CommandSpec.forAnnotatedObject(command.port));
    }
    if (kind.computes()) {
      spec.addMixin("model", CommandSpec.forAnnotatedObject(command.model));
    }
    if (kind == RoleKind.LEARNER) {
      spec.addMixin("divergence", CommandSpec.forAnnotatedObject(command.divergence));
    }
    if (kind != RoleKind.BROKER) {
      spec.addMixin("brokers", CommandSpec.forAnnotatedObject(command.brokers));
    }
    return line;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.service();
    RunSettings run = RunSettings.resolve(this::load, RunFolder::ofRoles, kind == RoleKind.LEARNER);
    Settings settings = run.settings();
    if (settings.text("log.format").equals("json")) {
      Logging.toStandardOutput();
    }
    TorchThreads.use(settings);
    if (kind.computes()) {
      new Binding(settings).device();
      PlanWarnings.look(settings, kind.label(), spec.commandLine().getErr());
    }
    if (kind == RoleKind.LEARNER) {
      PrintWriter err = spec.commandLine().getErr();
      new Binding(settings).warnings().forEach(err::println);
      err.flush();
    }
    if (kind == RoleKind.GATEWAY) {
      PrintWriter err = spec.commandLine().getErr();
      new Binding(settings).gatewayWarning().ifPresent(err::println);
      err.flush();
    }
    RoleProcess process =
        new RoleProcess(
            kind,
            settings,
            run.folder(),
            Checkpoints.start(settings, surroundings.home()),
            divergence.accept,
            Optional.ofNullable(readyFile),
            spec.commandLine().getOut());
    if (kind == RoleKind.LEARNER) {
      run.folder().keepSettings(ConfigReport.changed(settings));
    }
    supervise(process, settings);
    return ExitCodes.FINE;
  }

  private Settings load(UnaryOperator<ConfigLoader> earlier) {
    return config.load(surroundings.environment(), earlier, this::flags);
  }

  private void supervise(RoleProcess process, Settings settings) throws InterruptedException {
    String orderly = kind == RoleKind.LEARNER ? "ending after the update under way" : "ending";
    try (StopSignals signals =
        new StopSignals(
            process::stop,
            orderly,
            spec.commandLine().getErr(),
            settings.duration("run.stop-grace"))) {
      signals.endAfter(process.failure());
      process.run();
    }
  }

  private ConfigLoader flags(ConfigLoader loader) {
    model.flags(loader);
    ModelOptions.flag(loader, "--data", "run.data", data);
    ModelOptions.flag(loader, "--bootstrap-servers", "kafka.bootstrap-servers", brokers.servers);
    if (PORT_KEYS.containsKey(kind)) {
      ModelOptions.flag(loader, "--port", PORT_KEYS.get(kind), port.port);
    }
    return loader;
  }
}
