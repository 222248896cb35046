package io.sapo.admin.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The mean reward of the newest updates, and of the best window of updates before them.
 *
 * <p>Windows do not overlap, and the best is the one whose mean is highest even at its lower bound:
 * a maximum over every place that a window may have is the luckiest, not the best. The standard
 * error of a window's mean comes from the spread of its updates: responses to one prompt, of which
 * an update holds groups, are alike, and their number says too little of chance.
 *
 * <p>Keeps two windows, however many updates there are. Not thread-safe.
 */
public final class RewardWindows {
  /** Updates of a window. */
  public static final int UPDATES = 20;

  /** Of an early run's first window. */
  private static final int FEWEST = 10;

  /**
   * Standard errors that a mean may be off by chance. Two of these, after the best of hundreds of
   * windows was taken, are exceeded in far less than one of a thousand updates of a policy that
   * does not change.
   */
  private static final double ERRORS = 3.5;

  private final Deque<Update> newest = new ArrayDeque<>();
  private final List<Update> before = new ArrayList<>();
  private Optional<Window> best = Optional.empty();
  private long lastVersion = Long.MIN_VALUE;

  private record Update(long version, double reward) {}

  /**
   * Updates in a row.
   *
   * @param mean of the updates' mean rewards
   * @param error what chance may make up of it
   * @param last version of its last update
   */
  public record Window(double mean, double error, long last) {
    double low() {
      return mean - error;
    }

    private static Window of(Collection<Update> updates) {
      int n = updates.size();
      long last = 0;
      double sum = 0;
      for (Update update : updates) {
        sum += update.reward();
        last = update.version();
      }
      double mean = sum / n;
      double squares = 0;
      for (Update update : updates) {
        squares += (update.reward() - mean) * (update.reward() - mean);
      }
      return new Window(mean, ERRORS * Math.sqrt(squares / (n - 1) / n), last);
    }
  }

  /** The newest window against the best of those before it. */
  public record Comparison(Window newest, Window best) {
    /** How far the mean has fallen; negative where it has risen. */
    public double fall() {
      return best.mean() - newest.mean();
    }

    /** Whether it has fallen by more than chance. */
    public boolean certain() {
      return fall() > best.error() + newest.error();
    }
  }

  /**
   * Takes the next update's report; one that is known already changes nothing.
   *
   * @param reward mean of the update; NaN where it reports none
   */
  void add(long version, double reward) {
    if (version <= lastVersion) {
      return;
    }
    if (version > lastVersion + 1) {
      newest.clear();
      before.clear();
    }
    lastVersion = version;
    if (!Double.isFinite(reward)) {
      return;
    }
    newest.add(new Update(version, reward));
    if (newest.size() > UPDATES) {
      leave(newest.remove());
    }
  }

  /** An update that is among the newest no more belongs to a window before them. */
  private void leave(Update update) {
    before.add(update);
    if (before.size() == UPDATES) {
      Window window = Window.of(before);
      if (best.isEmpty() || window.low() > best.get().low()) {
        best = Optional.of(window);
      }
      before.clear();
    }
  }

  /** Empty while there are too few updates. */
  Optional<Comparison> compare() {
    Optional<Window> reference = best;
    if (best.isEmpty() && before.size() >= FEWEST) {
      reference = Optional.of(Window.of(before));
    }
    return newest.size() < UPDATES
        ? Optional.empty()
        : reference.map(window -> new Comparison(Window.of(newest), window));
  }
}
