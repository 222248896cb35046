package io.sapo.standalone.cli;

import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.standalone.plan.ModelDefaults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/** Options of every command that reads the configuration. */
final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file with settings that differ from the defaults.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as learner.batch-size=128; may be given several times.")
  private List<String> set = new ArrayList<>();

  /**
   * @param earlier what the run was told before, weaker than the file
   * @param named the command's own flags, strongest
   */
  Settings load(
      Map<String, String> environment,
      UnaryOperator<ConfigLoader> earlier,
      UnaryOperator<ConfigLoader> named) {
    ConfigLoader loader = earlier.apply(new ConfigLoader());
    if (config != null) {
      loader.file(config);
    }
    loader.environment(environment);
    set.forEach(loader::set);
    return ModelDefaults.fit(named.apply(loader).load());
  }

  /** What was given with {@code --set}. */
  List<String> set() {
    return List.copyOf(set);
  }

  /** The same options without {@code --set}. */
  ConfigOptions withoutSet() {
    ConfigOptions rest = new ConfigOptions();
    rest.config = config;
    return rest;
  }

  Settings load(Map<String, String> environment) {
    return load(environment, UnaryOperator.identity(), UnaryOperator.identity());
  }
}
