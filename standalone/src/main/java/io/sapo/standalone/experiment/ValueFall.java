package io.sapo.standalone.experiment;

import io.sapo.producer.chain.ChainSolution;
import java.util.List;

/**
 * Whether a critic sees wrong steps: how far V falls over a line that is wrong, beside one that is
 * right. It does not depend on λ, as advantages do.
 */
final class ValueFall {
  private double right;
  private double wrong;
  private long rights;
  private long wrongs;

  /**
   * @param lines of one response; the last has nothing behind it and is passed over
   * @param ends by segment: index of its last token
   * @param charEnds by token: offset in the response where it ends
   * @param values by segment: of the state that it starts in
   */
  void add(List<ChainSolution.Line> lines, int[] ends, int[] charEnds, float[] values) {
    int before = 0;
    for (ChainSolution.Line line : lines) {
      int after = before;
      while (after < ends.length && start(after, ends, charEnds) < line.charEnd()) {
        after++;
      }
      if (after == ends.length) {
        return;
      }
      if (after > before) {
        fell(line.right(), values[before] - values[after]);
      }
      before = after;
    }
  }

  /** Offset in the response of a segment's first character. */
  private static int start(int segment, int[] ends, int[] charEnds) {
    return segment == 0 ? 0 : charEnds[ends[segment - 1]];
  }

  private void fell(boolean wasRight, double by) {
    if (wasRight) {
      right += by;
      rights++;
    } else {
      wrong += by;
      wrongs++;
    }
  }

  /** Mean fall over wrong lines less that over right ones; NaN where one kind is missing. */
  double atWrongSteps() {
    return rights == 0 || wrongs == 0 ? Double.NaN : wrong / wrongs - right / rights;
  }
}
