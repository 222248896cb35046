package io.sapo.standalone.cli;

import io.sapo.command.Surroundings;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.standalone.run.TaskDefaults;
import io.sapo.standalone.run.TorchThreads;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Mixin;

/** Options of commands that look at a run before it is started: its settings and its model. */
final class IntendedRun {
  @Mixin private ConfigOptions config;
  @Mixin private ModelOptions model;

  /**
   * @param named the command's own flags, strongest
   */
  Settings settings(Surroundings surroundings, UnaryOperator<ConfigLoader> named) {
    Settings told =
        config.load(
            surroundings.environment(),
            UnaryOperator.identity(),
            loader -> model.flags(named.apply(loader)));
    return TaskDefaults.fit(TorchThreads.fit(told));
  }

  Settings settings(Surroundings surroundings) {
    return settings(surroundings, UnaryOperator.identity());
  }
}
