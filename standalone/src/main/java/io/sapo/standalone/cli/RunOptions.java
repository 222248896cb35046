package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Surroundings;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options of commands that look at a run from outside. */
final class RunOptions {
  @Mixin private ConfigOptions config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the run; without it, and without brokers, the newest under data/.")
  private Path data;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers of the run instead of its embedded one.")
  private String bootstrapServers;

  private final Supplier<Optional<RunFolder>> newest;
  private KafkaAccess opened;

  RunOptions() {
    this(RunFolder::newest);
  }

  /**
   * @param newest the run that was started last
   */
  RunOptions(Supplier<Optional<RunFolder>> newest) {
    this.newest = newest;
  }

  /** What a command works with. */
  final class Target {
    private final Settings settings;
    private final RunFolder folder;

    private Target(Settings settings, RunFolder folder) {
      this.settings = settings;
      this.folder = folder;
    }

    Settings settings() {
      return settings;
    }

    RunFolder folder() {
      return folder;
    }

    KafkaAccess open() {
      opened = KafkaAccess.join(settings, folder);
      opened.interruptAtEndOfRun();
      return opened;
    }
  }

  /** A failure of the command, explained by what became of the run it looked at. */
  static Exception explained(CommandLine command, Exception failure) {
    boolean interrupted = Failures.isInterrupted(failure);
    if (Failures.exitCode(failure) != ExitCodes.RETRY && !interrupted) {
      return failure;
    }
    if (interrupted) {
      Thread.interrupted(); // What ends the command has been said.
    }
    return command.getCommandSpec().mixins().values().stream()
        .map(CommandSpec::userObject)
        .filter(RunOptions.class::isInstance)
        .map(options -> ((RunOptions) options).opened)
        .filter(Objects::nonNull)
        .findFirst()
        .<Exception>flatMap(opened -> opened.endOfRun(failure))
        .orElse(failure);
  }

  /**
   * @throws CommandFailure when no brokers are named and there is no such run
   */
  Target target(Surroundings surroundings) {
    return target(surroundings, config, UnaryOperator.identity());
  }

  /** The same with settings that are stronger than all others. */
  Target target(Surroundings surroundings, UnaryOperator<ConfigLoader> strongest) {
    return target(surroundings, config, strongest);
  }

  /** The same as if nothing had been given with {@code --set}. */
  Target targetWithoutSet(Surroundings surroundings) {
    return target(surroundings, config.withoutSet(), UnaryOperator.identity());
  }

  /** Keys and values given with {@code --set}. */
  List<String> set() {
    return config.set();
  }

  private Target target(
      Surroundings surroundings, ConfigOptions config, UnaryOperator<ConfigLoader> strongest) {
    Settings told = load(surroundings, config, Optional.empty(), strongest);
    boolean brokers = told.optionalText("kafka.bootstrap-servers").isPresent();
    // Whoever names brokers need not mean the run that was started last on this machine.
    Optional<RunFolder> folder =
        data != null ? Optional.of(new RunFolder(data)) : brokers ? Optional.empty() : newest.get();
    Settings settings = folder.isEmpty() ? told : load(surroundings, config, folder, strongest);
    if (settings.optionalText("kafka.bootstrap-servers").isEmpty()) {
      RunFolder run =
          folder.orElseThrow(
              () ->
                  CommandFailure.usage(
                      "no run under data/; name one with --data, or brokers with"
                          + " --bootstrap-servers"));
      if (!run.exists()) {
        throw CommandFailure.usage(run.path() + ": no run was started there");
      }
    }
    return new Target(settings, folder.orElseGet(RunFolder::fresh));
  }

  private Settings load(
      Surroundings surroundings,
      ConfigOptions config,
      Optional<RunFolder> folder,
      UnaryOperator<ConfigLoader> strongest) {
    return config.load(
        surroundings.environment(),
        loader -> folder.map(run -> loader.run(run.settings())).orElse(loader),
        loader -> strongest.apply(flags(loader)));
  }

  private ConfigLoader flags(ConfigLoader loader) {
    return bootstrapServers == null
        ? loader
        : loader.flag("--bootstrap-servers", "kafka.bootstrap-servers", bootstrapServers);
  }
}
