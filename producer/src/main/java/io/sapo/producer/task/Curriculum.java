package io.sapo.producer.task;

import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Skips tasks that are too easy or too hard for the current policy, so that rollouts go to those
 * with a learning signal. For one thread.
 */
public final class Curriculum {
  /** After so many in a row one is asked, whatever its rate: nothing starves. */
  static final int MOST_IN_A_ROW = 256;

  private final Bounds bounds;
  private final PassRates rates;
  private final long seed;
  private int inARow;

  /**
   * Which tasks are asked.
   *
   * @param skipBelow tasks that are answered right less often are skipped; 0: none
   * @param skipAbove those answered right more often; 1: none
   * @param askAnyway share of the skipped tasks that are asked all the same, so that it is noticed
   *     when it changes
   */
  public record Bounds(double skipBelow, double skipAbove, double askAnyway) {
    /** Every task is asked. */
    public static final Bounds NONE = new Bounds(0, 1, 1);

    public Bounds {
      if (!(skipBelow >= 0 && skipBelow <= skipAbove && skipAbove <= 1)) {
        throw new IllegalArgumentException(
            "tasks.curriculum needs 0 <= skip-below <= skip-above <= 1, got %s and %s"
                .formatted(skipBelow, skipAbove));
      }
    }

    /** Whether every task is asked, whatever its pass rate. */
    public boolean skipNothing() {
      return skipBelow == 0 && skipAbove == 1;
    }
  }

  /**
   * @param rates of the tasks, kept up to date by whoever follows the commits
   * @param seed decides which are asked anyway
   */
  public Curriculum(Bounds bounds, PassRates rates, long seed) {
    this.bounds = bounds;
    this.rates = rates;
    this.seed = seed;
  }

  /** Whether a task that is due is not asked: a function of its id and its pass rate. */
  public boolean passesOver(String taskId) {
    OptionalDouble rate = rates.of(taskId);
    boolean apart =
        rate.isPresent()
            && (rate.getAsDouble() < bounds.skipBelow() || rate.getAsDouble() > bounds.skipAbove());
    if (!apart || draw(taskId) < bounds.askAnyway() || inARow == MOST_IN_A_ROW) {
      inARow = 0;
      return false;
    }
    inARow++;
    return true;
  }

  private double draw(String taskId) {
    long code = seed;
    for (int i = 0; i < taskId.length(); i++) {
      code = code * 31 + taskId.charAt(i);
    }
    return new SplittableRandom(code).nextDouble();
  }
}
