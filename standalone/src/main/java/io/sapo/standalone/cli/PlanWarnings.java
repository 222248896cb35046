package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.configuration.Settings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.device.Devices;
import io.sapo.standalone.plan.Fit;
import io.sapo.standalone.plan.Machine;
import io.sapo.standalone.plan.ModelDefaults;
import io.sapo.standalone.plan.Planner;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Memory check of a role that starts with a checkpoint of the user's, before anything of it is
 * loaded.
 */
final class PlanWarnings {
  private PlanWarnings() {}

  /**
   * Says what was chosen for the model, and whether it will be tight. Silent for the shipped one.
   *
   * @throws CommandFailure where the role needs more memory than there is; what others have taken
   *     of it they may give back, so that it is named and no more
   */
  static void look(Settings settings, String role, PrintWriter out) {
    look(settings, role, out, Machine.here(Devices.named(settings.text("model.device"))));
  }

  static void look(Settings settings, String role, PrintWriter out, Machine machine) {
    Optional<Path> checkpoint = settings.optionalPath("model.checkpoint");
    if (checkpoint.isEmpty()) {
      return;
    }
    CheckpointFolder folder = CheckpointFolder.open(checkpoint.get());
    ModelDefaults.chosen(settings).forEach(out::println);
    ModelDefaults.doubts(settings).forEach(out::println);
    Planner planner = new Planner(settings, folder.config(), folder.storedType(), machine);
    Fit fit = planner.fit(role);
    if (fit.verdict() == Fit.Verdict.TOO_LARGE) {
      boolean alone =
          new Planner(settings, folder.config(), folder.storedType(), machine.alone())
                  .fit(role)
                  .verdict()
              != Fit.Verdict.TOO_LARGE;
      if (!alone) {
        throw CommandFailure.failed(
            fit.sentence() + remedy(planner.changes(role), checkpoint.get()));
      }
      out.println(fit.sentence() + "; it goes on, and fails unless they give it back");
    }
    if (fit.verdict() == Fit.Verdict.TIGHT) {
      out.println(fit.sentence() + "; little is left for anything else");
    }
    if (fit.verdict() == Fit.Verdict.UNKNOWN) {
      out.println(fit.sentence());
    }
    out.flush();
  }

  private static String remedy(List<String> changes, Path checkpoint) {
    return changes.isEmpty()
        ? "; no setting makes it fit: see sapo plan --checkpoint " + checkpoint
        : "; it would fit with --set " + String.join(" --set ", changes);
  }
}
