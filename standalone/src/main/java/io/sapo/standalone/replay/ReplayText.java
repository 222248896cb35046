package io.sapo.standalone.replay;

import io.sapo.command.Printable;
import io.sapo.learner.replay.Replay;
import io.sapo.learner.replay.TensorDifference;
import io.sapo.learner.replay.WhatIf;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/** Replays for people to read. */
public final class ReplayText {
  private static final int TENSORS_SHOWN = 20;

  private ReplayText() {}

  public static void print(PrintWriter out, Replay.Outcome outcome) {
    switch (outcome.verdict()) {
      case EXACT ->
          out.println(
              "version " + outcome.version() + ": bit-exact, actor " + outcome.folded().actor());
      case CLOSE ->
          out.println(
              "version %d: close: %s; the actor lies %s of what the updates since the checkpoint moved it from what was published"
                  .formatted(
                      outcome.version(),
                      "other bits, as its device gives others each time",
                      share(outcome.distance())));
      case NOT_REACHED ->
          out.println("version " + outcome.version() + ": not reached: " + outcome.message());
      case DIFFERS -> printDifferences(out, outcome);
      default -> throw new IllegalStateException("verdict " + outcome.verdict());
    }
  }

  private static String share(double distance) {
    return String.format(Locale.ROOT, "%.2g %%", 100 * distance);
  }

  private static void printDifferences(PrintWriter out, Replay.Outcome outcome) {
    out.println(outcome.message());
    if (outcome.distance() != null) {
      out.println(
          "  the actor lies %s of what the updates since the checkpoint moved it from what was published; sums in another order account for %s at most"
              .formatted(share(outcome.distance()), share(Replay.TOLERANCE)));
    }
    out.println("  actor      " + pair(outcome.committed().actor(), outcome.folded().actor()));
    out.println("  critic     " + pair(outcome.committed().critic(), outcome.folded().critic()));
    out.println(
        "  optimizer  " + pair(outcome.committed().optimizer(), outcome.folded().optimizer()));
    outcome.tensors().stream().limit(TENSORS_SHOWN).forEach(t -> out.println("  " + text(t)));
    if (outcome.tensors().size() > TENSORS_SHOWN) {
      out.println("  and %d tensors more".formatted(outcome.tensors().size() - TENSORS_SHOWN));
    }
    if (outcome.tensors().isEmpty()) {
      out.println("  no tensor that could be compared differs: look at the commit record itself");
    }
    outcome.remarks().forEach(remark -> out.println("  " + Printable.line(remark)));
  }

  private static String pair(String committed, String folded) {
    return String.valueOf(committed).equals(String.valueOf(folded))
        ? "agrees"
        : "committed " + committed + ", folded " + folded;
  }

  private static String text(TensorDifference difference) {
    return Double.isNaN(difference.largest())
        ? "%s %s: not the same tensor in the %s one"
            .formatted(difference.part(), difference.tensor(), difference.against())
        : String.format(
            Locale.ROOT,
            "%s %s: %d elements differ from the %s ones, by %.3g at most",
            difference.part(),
            difference.tensor(),
            difference.elements(),
            difference.against(),
            difference.largest());
  }

  /** Metrics side by side; times are left out, they are not a matter of the config. */
  public static void print(PrintWriter out, WhatIf.Comparison comparison) {
    out.println(
        "version %d%s"
            .formatted(
                comparison.version(),
                comparison.sameWeights() ? " (the same weights, bit for bit)" : ""));
    out.printf(Locale.ROOT, "  %-28s %14s %14s %14s%n", "metric", "recorded", "what if", "change");
    SortedSet<String> names = new TreeSet<>(comparison.recorded().keySet());
    names.addAll(comparison.instead().keySet());
    names.removeIf(name -> name.matches("seconds_.*|share_.*|tokens_per_second|durability_cost"));
    for (String name : names) {
      Double recorded = comparison.recorded().get(name);
      Double instead = comparison.instead().get(name);
      out.printf(
          Locale.ROOT,
          "  %-28s %14s %14s %14s%n",
          name,
          number(recorded),
          number(instead),
          recorded == null || instead == null ? "" : number(instead - recorded));
    }
  }

  private static String number(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.6g", value);
  }
}
