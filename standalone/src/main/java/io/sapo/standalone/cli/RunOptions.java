package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.Surroundings;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of commands that look at a run from outside. */
final class RunOptions {
  @Mixin private ConfigOptions config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the run; without it the newest under data/.")
  private Path data;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers of the run instead of its embedded one.")
  private String bootstrapServers;

  /** What a command works with. */
  record Target(Settings settings, RunFolder folder) {
    KafkaAccess open() {
      return KafkaAccess.join(settings, folder);
    }
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
    Optional<RunFolder> folder =
        data == null ? RunFolder.newest() : Optional.of(new RunFolder(data));
    Settings settings =
        config.load(
            surroundings.environment(),
            loader -> folder.map(run -> loader.run(run.settings())).orElse(loader),
            loader -> strongest.apply(flags(loader)));
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

  private ConfigLoader flags(ConfigLoader loader) {
    return bootstrapServers == null
        ? loader
        : loader.flag("--bootstrap-servers", "kafka.bootstrap-servers", bootstrapServers);
  }
}
