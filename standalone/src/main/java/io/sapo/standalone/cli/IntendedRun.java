package io.sapo.standalone.cli;

import io.sapo.command.Surroundings;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
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
    return config.load(
        surroundings.environment(),
        UnaryOperator.identity(),
        loader -> model.flags(named.apply(loader), "tasks.train"));
  }

  Settings settings(Surroundings surroundings) {
    return settings(surroundings, UnaryOperator.identity());
  }
}
