package io.sapo.standalone.experiment;

import io.sapo.learner.algorithm.ValueReading;
import io.sapo.producer.chain.ChainSolution;
import java.util.List;

/**
 * Whether a critic sees wrong steps: how far V falls over a line that is wrong, beside one that is
 * right. It does not depend on λ, as advantages do.
 */
final class ValueFall {
  private final ValueReading reading;
  private double right;
  private double wrong;
  private long rights;
  private long wrongs;

  /**
   * @param reading where the algorithm reads values
   */
  ValueFall(ValueReading reading) {
    this.reading = reading;
  }

  /**
   * @param lines of one response; the last has nothing behind it and is passed over
   * @param response their text
   * @param ends by segment: index of its last token
   * @param charEnds by token: offset in the response where it ends
   * @param values by segment: of the state before its first or its last token, as they are read
   */
  void add(
      List<ChainSolution.Line> lines, String response, int[] ends, int[] charEnds, float[] values) {
    int before = 0;
    for (ChainSolution.Line line : lines) {
      int after = before;
      while (after < ends.length && state(after, ends, charEnds) < written(line, response)) {
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

  /** Offset in the response of the state that a segment's value is of. */
  private int state(int segment, int[] ends, int[] charEnds) {
    int token =
        reading == ValueReading.SEGMENT_END
            ? ends[segment]
            : segment == 0 ? 0 : ends[segment - 1] + 1;
    return token == 0 ? 0 : charEnds[token - 1];
  }

  /**
   * Offset from which on a state knows a line: a segment's start lies behind the newline that the
   * segment before ends in, the last token of a segment that ends with a line is the newline.
   */
  private int written(ChainSolution.Line line, String response) {
    int end = line.charEnd();
    boolean newline = end > 0 && response.charAt(end - 1) == '\n';
    return reading == ValueReading.SEGMENT_END && newline ? end - 1 : end;
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
