package io.sapo.standalone.cli;

import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Surroundings;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.standalone.doctor.Doctor;
import io.sapo.standalone.doctor.Finding;
import io.sapo.standalone.run.Checkpoints;
import io.sapo.standalone.run.TorchThreads;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo doctor}. */
@Command(
    name = "doctor",
    description =
        "Checks this machine, the checkpoint and the tasks; exit code 1 when training cannot run.")
final class DoctorCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private IntendedRun run;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = {
        "cpu, or gpu with a number: measures it, which takes some seconds;",
        "without it model.device is tried, not measured."
      })
  private String device;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Settings settings = run.settings(surroundings, this::flags);
    TorchThreads.use(settings);
    List<Finding> findings =
        new Doctor(settings, Checkpoints.start(settings, surroundings.home()), device != null)
            .examine();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(findings));
    } else {
      for (Finding finding : findings) {
        out.printf(
            "%-8s %-15s %s%n",
            finding.verdict().name().toLowerCase(Locale.ROOT), finding.check(), finding.detail());
      }
    }
    out.flush();
    boolean failed = findings.stream().anyMatch(f -> f.verdict() == Finding.Verdict.FAILED);
    return failed ? ExitCodes.FAILED : ExitCodes.FINE;
  }

  private ConfigLoader flags(ConfigLoader loader) {
    ModelOptions.flag(loader, "--device", "model.device", device);
    return loader;
  }
}
