package io.sapo.standalone.progress;

import io.sapo.command.Printable;
import io.sapo.schemas.Evaluation;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Prints what is new in a {@link RunProgress}: on a terminal one line that changes in place, with
 * evaluations left standing; elsewhere one line a version. For one thread.
 */
public final class ProgressPrinter {
  private static final String CLEAR_LINE = "\r\u001b[K";

  /** Of the terminal: whether what does not fit into a row goes on in the next (DECAWM). */
  private static final String WRAP_OFF = "\u001b[?7l";

  private static final String WRAP_ON = "\u001b[?7h";

  private static final Duration NOTE_EVERY = Duration.ofSeconds(30);

  private final RunProgress progress;
  private final PrintWriter out;
  private final boolean interactive;
  private final long goal;
  private long printedVersion;
  private int printedEvaluations;
  private String line = "";
  private String recovery = "";
  private final LongSupplier nanoTime;
  private boolean noted;
  private long notedNanos;
  private Refusals saidRefusals;
  private boolean refusalsSaid;
  private long refusalsNanos;
  private RunProgress.Drawn drawn = new RunProgress.Drawn(0, 0);
  private double rolloutRate = Double.NaN;

  /**
   * @param goal version with which the run ends
   * @param after versions up to this one were printed by earlier starts
   */
  public ProgressPrinter(
      RunProgress progress, PrintWriter out, boolean interactive, long goal, long after) {
    this(progress, out, interactive, goal, after, System::nanoTime);
  }

  ProgressPrinter(
      RunProgress progress,
      PrintWriter out,
      boolean interactive,
      long goal,
      long after,
      LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.progress = progress;
    this.out = out;
    this.interactive = interactive;
    this.goal = goal;
    this.printedVersion = after;
    this.printedEvaluations = progress.evaluationsFrom(0).size();
    this.saidRefusals = progress.refusals();
  }

  /** Prints what has come since the last call. */
  public void refresh() {
    for (Evaluation evaluation : progress.evaluationsFrom(printedEvaluations)) {
      printedEvaluations++;
      permanent(text(evaluation));
    }
    printRecovery();
    printNote();
    printRefusals();
    List<VersionLine> versions = progress.versionsAfter(printedVersion);
    for (VersionLine version : versions) {
      printedVersion = version.version();
      if (version.version() == 0) {
        continue;
      }
      String text = text(version);
      if (interactive) {
        line = text;
      } else {
        permanent(text);
      }
    }
    if (interactive) {
      String shown = line.isEmpty() ? Printable.line(progress.states()) : line;
      changing(recovery.isEmpty() ? shown : recovery);
    }
  }

  /** The learner's note changes with every record; once in a while is enough. */
  private void printNote() {
    Optional<String> now = progress.learnerNote();
    long nanos = nanoTime.getAsLong();
    boolean due = !noted || nanos - notedNanos > NOTE_EVERY.toNanos();
    if (now.isPresent() && due) {
      noted = true;
      notedNanos = nanos;
      permanent("learner " + Printable.line(now.get()));
    }
  }

  /** What became a dead letter since it was said last. */
  private void printRefusals() {
    Refusals now = progress.refusals();
    Refusals news = now.since(saidRefusals);
    long nanos = nanoTime.getAsLong();
    boolean due = !refusalsSaid || nanos - refusalsNanos > NOTE_EVERY.toNanos();
    if (news.count() > 0 && due) {
      refusalsSaid = true;
      refusalsNanos = nanos;
      saidRefusals = now;
      permanent(Printable.line(news.text()));
    }
  }

  private void printRecovery() {
    String now = progress.recovery().map(text -> "learner " + Printable.line(text)).orElse("");
    if (!interactive && !now.isEmpty() && !now.equals(recovery)) {
      permanent(now);
    }
    recovery = now;
  }

  /**
   * The line that changes. In a narrow terminal its end is cut off: wrapped, it could not be
   * cleared, and would stay once for every change. The last column shows what is written last.
   */
  private void changing(String text) {
    out.print(CLEAR_LINE + WRAP_OFF + text + " " + WRAP_ON);
    out.flush();
  }

  /** A line that stays. */
  public void permanent(String text) {
    out.println(interactive ? CLEAR_LINE + text : text);
    out.flush();
  }

  /** Leaves the last state standing and the cursor on a new line. */
  public void finish() {
    refresh();
    if (interactive && !line.isEmpty()) {
      out.println();
      out.flush();
    }
  }

  private String text(VersionLine version) {
    return String.format(
        Locale.ROOT,
        "version %d/%d  reward %.3f  accuracy %.3f  entropy %.3f  train %s tok/s"
            + "  rollout %s tok/s  staleness %.1f  lag %d",
        version.version(),
        goal,
        version.report().reward(),
        version.report().accuracy(),
        version.report().entropy(),
        thousands(version.report().tokensPerSecond()),
        thousands(rolloutTokensPerSecond()),
        version.report().stalenessMean(),
        progress.lag());
  }

  /** Since the line before; heartbeats are too far apart to say more. */
  private double rolloutTokensPerSecond() {
    RunProgress.Drawn now = progress.drawn();
    double seconds = (now.atMs() - drawn.atMs()) / 1e3;
    if (now.tokens() < drawn.tokens()) {
      return rolloutRate;
    }
    if (seconds > 0 && drawn.atMs() > 0) {
      rolloutRate = (now.tokens() - drawn.tokens()) / seconds;
    }
    drawn = now;
    return rolloutRate;
  }

  private static String text(Evaluation evaluation) {
    String how =
        evaluation.getSampling().getTemperature() == 0
            ? "greedy"
            : String.format(
                Locale.ROOT, "sampled at %.1f", evaluation.getSampling().getTemperature());
    return String.format(
        Locale.ROOT,
        "evaluation of version %d: %d of %d held-out tasks right, %s: %.3f",
        evaluation.getVersion(),
        evaluation.getCorrect(),
        evaluation.getTasks(),
        how,
        evaluation.getAccuracy());
  }

  private static String thousands(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return value < 1_000
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.1fk", value / 1_000);
  }
}
