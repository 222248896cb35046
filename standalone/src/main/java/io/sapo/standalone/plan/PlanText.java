package io.sapo.standalone.plan;

import io.sapo.standalone.plan.Part.Place;
import java.util.List;
import java.util.Locale;

/** A plan for people. */
public final class PlanText {
  private PlanText() {}

  /**
   * @param fits by role, in the plan's order
   * @param changes assignments that make fit what does not
   */
  public static String of(
      String model, Workload work, Plan plan, List<Fit> fits, List<String> changes) {
    StringBuilder text = new StringBuilder();
    ModelSizes sizes = plan.sizes();
    line(
        text,
        "%s: %s parameters, %s trained%s, computed in %s, %s",
        model,
        Units.count(sizes.parameters()),
        Units.count(sizes.actor()),
        work.adapted() ? " (adapters)" : "",
        work.model().computeType().torchName(),
        work.gpu() ? "on a GPU" : "on the CPU");
    for (int i = 0; i < plan.roles().size(); i++) {
      role(text, work.gpu(), plan.roles().get(i), fits.get(i));
    }
    records(text, plan);
    if (plan.pace() != null) {
      pace(text, plan.pace());
    }
    if (!changes.isEmpty()) {
      line(text, "%nWhat makes it fit:");
      changes.forEach(change -> line(text, "  --set %s", change));
    }
    return text.toString();
  }

  private static void role(StringBuilder text, boolean gpu, Need need, Fit fit) {
    String total =
        gpu
            ? Units.bytes(need.bytes(Place.DEVICE))
                + " on the device, "
                + Units.bytes(need.bytes(Place.HOST))
                + " on the host"
            : Units.bytes(need.bytes());
    line(text, "%n%s: %s; %s", need.role(), total, verdict(fit));
    for (Part part : need.parts()) {
      String place = gpu ? (part.place() == Place.DEVICE ? "device " : "host   ") : "";
      line(text, "  %s%10s  %-28s %s", place, Units.bytes(part.bytes()), part.name(), part.why());
    }
  }

  private static String verdict(Fit fit) {
    return switch (fit.verdict()) {
      case FITS -> "fits";
      case TIGHT -> "fits, with little left: " + fit.sentence();
      case UNKNOWN -> fit.sentence();
      case TOO_LARGE -> "DOES NOT FIT: " + fit.sentence();
    };
  }

  private static void records(StringBuilder text, Plan plan) {
    Records records = plan.records();
    line(
        text,
        "%na version: %s whole, before compression; a checkpoint: %s, on disk up to %s",
        Units.bytes(records.version()),
        Units.bytes(records.checkpoint()),
        Units.bytes(records.checkpointsKept()));
    String day =
        plan.pace() == null
            ? ""
            : ", " + Units.bytes(records.batch() * plan.pace().updatesPerDay()) + " a day";
    line(
        text,
        "topics: versions up to %s; trajectories, segments and credits up to %s an update%s, for kafka.retention",
        Units.bytes(records.versionsKept()),
        Units.bytes(records.batch()),
        day);
  }

  private static void pace(StringBuilder text, Pace pace) {
    line(
        text,
        "pace: a matrix product makes %.0f GFLOP/s; an update about %s of generation and %s of training"
            + " where every response is as long as it may be; %.3g optimizer steps a second",
        pace.matrixRate() / 1e9,
        seconds(pace.rolloutSeconds()),
        seconds(pace.updateSeconds()),
        pace.stepsPerHour() / 3600);
  }

  private static String seconds(double seconds) {
    return seconds < 120
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : seconds < 7200
            ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
            : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
