package io.sapo.standalone.cli;

import io.sapo.command.ExitCodes;
import io.sapo.command.Surroundings;
import io.sapo.configuration.ConfigReference;
import io.sapo.configuration.ConfigReport;
import io.sapo.configuration.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo config}. */
@Command(name = "config", description = "Shows the configuration.")
final class ConfigCommand {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;

  ConfigCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(
      name = "print",
      description =
          "Prints the effective configuration and where each value comes from; secrets hidden.")
  int print(
      @Mixin IntendedRun run,
      @Option(names = "--json", description = "As JSON.") boolean json,
      @Option(names = "--defaults", description = "The documented defaults instead.")
          boolean defaults) {
    var out = spec.commandLine().getOut();
    if (defaults) {
      out.print(ConfigReport.defaults());
    } else {
      Settings settings = run.settings(surroundings);
      out.print(json ? ConfigReport.json(settings) : ConfigReport.yaml(settings));
    }
    out.flush();
    return ExitCodes.FINE;
  }

  @Command(
      name = "reference",
      description =
          "Prints docs/configuration.md: every key, its default, its bounds and its meaning.")
  int reference() {
    var out = spec.commandLine().getOut();
    out.print(ConfigReference.markdown());
    out.flush();
    return ExitCodes.FINE;
  }
}
