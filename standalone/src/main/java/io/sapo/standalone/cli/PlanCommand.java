package io.sapo.standalone.cli;

import ai.djl.Device;
import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Surroundings;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.device.DeviceException;
import io.sapo.policy.device.DeviceProbe;
import io.sapo.policy.device.Devices;
import io.sapo.policy.tensor.ElementType;
import io.sapo.standalone.plan.Fit;
import io.sapo.standalone.plan.Machine;
import io.sapo.standalone.plan.ModelDefaults;
import io.sapo.standalone.plan.Need;
import io.sapo.standalone.plan.Plan;
import io.sapo.standalone.plan.PlanText;
import io.sapo.standalone.plan.Planner;
import io.sapo.standalone.plan.Units;
import io.sapo.standalone.run.Checkpoints;
import io.sapo.standalone.run.TorchThreads;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo plan}. */
@Command(
    name = "plan",
    description = {
      "Estimates what each role will need with a checkpoint, without loading it: memory part by"
          + " part, bytes on disk and topics, speed, and what to change where it does"
          + " not fit.",
      "Exit code 1 when nothing but the whole pipeline in one process was asked for and does not"
          + " fit."
    })
final class PlanCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private IntendedRun run;

  @Option(
      names = "--device-memory",
      paramLabel = "SIZE",
      description = "Memory of the GPU, such as 80g; without it what this machine's has.")
  private String deviceMemory;

  @Option(
      names = "--host-memory",
      paramLabel = "SIZE",
      description = "Memory of the machine, such as 128g; without it what this one has.")
  private String hostMemory;

  @Option(
      names = "--no-probe",
      description = "Skip the measurement of a matrix product, and the estimate of speed.")
  private boolean noProbe;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  PlanCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Settings settings = run.settings(surroundings);
    CheckpointFolder folder =
        CheckpointFolder.open(Checkpoints.start(settings, surroundings.home()));
    Machine machine =
        (deviceMemory == null ? Machine.here(device(settings)) : Machine.here())
            .with(size("--device-memory", deviceMemory), size("--host-memory", hostMemory));
    Planner planner = new Planner(settings, folder.config(), folder.storedType(), machine);
    Plan plan = planner.plan(rate(settings));
    List<Fit> fits = plan.roles().stream().map(need -> planner.fit(need.role())).toList();
    List<String> changes = planner.changes("train");
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.of(tree(settings, plan, fits, changes)));
    } else {
      out.print(PlanText.of(folder.path().toString(), planner.work(), plan, fits, changes));
      ModelDefaults.chosen(settings).forEach(line -> out.println("  " + line));
    }
    out.flush();
    return fits.get(0).verdict() == Fit.Verdict.TOO_LARGE ? ExitCodes.FAILED : ExitCodes.FINE;
  }

  private static Device device(Settings settings) {
    return Devices.named(settings.text("model.device"));
  }

  private OptionalDouble rate(Settings settings) {
    if (noProbe) {
      return OptionalDouble.empty();
    }
    TorchThreads.use(settings);
    String name = settings.text("model.device");
    if (device(settings).isGpu() && deviceMemory != null) {
      return OptionalDouble.empty(); // planned for another machine's device
    }
    ElementType computed = new Binding(settings).learner().network().compute();
    try (DeviceProbe probe = new DeviceProbe(Devices.open(name))) {
      return OptionalDouble.of(probe.matrixRate(computed));
    } catch (DeviceException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("no pace is reckoned: " + e.getMessage());
      err.flush();
      return OptionalDouble.empty();
    }
  }

  private static OptionalLong size(String option, String text) {
    try {
      return text == null ? OptionalLong.empty() : OptionalLong.of(Units.parse(text));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(option + ": " + e.getMessage());
    }
  }

  private static Map<String, Object> tree(
      Settings settings, Plan plan, List<Fit> fits, List<String> changes) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("sizes", plan.sizes());
    List<Object> roles = new ArrayList<>();
    for (int i = 0; i < fits.size(); i++) {
      Need need = plan.roles().get(i);
      Map<String, Object> role = new LinkedHashMap<>();
      role.put("role", need.role());
      role.put("bytes", need.bytes());
      role.put("parts", need.parts());
      role.put("fit", fits.get(i));
      roles.add(role);
    }
    root.put("roles", roles);
    root.put("records", plan.records());
    root.put("pace", plan.pace());
    root.put("changes", changes);
    root.put("chosen", ModelDefaults.chosen(settings));
    return root;
  }
}
