package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;

/** Lists that leave terms out: 1, 2, 3, …, 10. */
final class Progressions {
  /** Stands for the terms left out. */
  private static final Answer REST = new Answer.Constant("\u2026");

  private Progressions() {}

  /** Whether a part of a list is nothing but an ellipsis. */
  static boolean isRest(List<Token> tokens) {
    return tokens.size() == 1 && tokens.get(0).isSign("\u2026");
  }

  static Answer rest() {
    return REST;
  }

  /**
   * The first two terms, the ellipsis and the last, however many terms are written before it; lists
   * without an ellipsis as they are.
   *
   * @throws UnreadableException if what is written is not arithmetic, so that what is left out
   *     would be a guess
   */
  static List<Answer> shortened(List<Answer> items) throws UnreadableException {
    int rest = items.indexOf(REST);
    if (rest < 0) {
      return items;
    }
    if (rest < 2 || items.size() > rest + 2) {
      throw new UnreadableException("which terms it leaves out is not clear");
    }
    Rational first = number(items.get(0));
    Rational step = number(items.get(1)).plus(first.negate());
    Rational next = first;
    for (int i = 1; i < rest; i++) {
      next = next.plus(step);
      require(number(items.get(i)).equals(next) && !step.isZero());
    }
    List<Answer> shortened = new ArrayList<>(items.subList(0, 2));
    shortened.add(REST);
    if (items.size() > rest + 1) {
      Answer last = items.get(rest + 1);
      if (isNumber(last)) {
        Rational steps = number(last).plus(next.negate()).times(step.inverse());
        require(steps.isInteger() && steps.signum() > 0);
      }
      shortened.add(last);
    }
    return shortened;
  }

  private static void require(boolean arithmetic) throws UnreadableException {
    if (!arithmetic) {
      throw new UnreadableException("its terms are not arithmetic");
    }
  }

  private static boolean isNumber(Answer answer) {
    return answer instanceof Answer.Value value && value.fraction().isRational();
  }

  private static Rational number(Answer answer) throws UnreadableException {
    require(isNumber(answer));
    return ((Answer.Value) answer).fraction().rational();
  }
}
