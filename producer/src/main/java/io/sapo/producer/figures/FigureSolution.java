package io.sapo.producer.figures;

import java.util.SplittableRandom;

/**
 * Writes the solution of a figure step by step, optionally with the mistakes that the starting
 * checkpoint is to learn: where a step crosses a ten and its first number ends in 4 or more, the
 * carry or borrow is usually dropped, so that the most likely continuation is wrong there. Other
 * steps are right but for rare slips. A wrong number is carried on faithfully.
 */
final class FigureSolution {
  /** Share of hazardous steps in which the ten is dropped. */
  private static final double DROPPED_TEN = 0.55;

  /** Share of hazardous steps that are off by one instead. */
  private static final double OFF_BY_ONE = 0.25;

  /** Share of slips, by one, in steps without hazard. */
  private static final double SLIP = 0.02;

  private final StringBuilder text = new StringBuilder();
  private final SplittableRandom mistakes;

  private FigureSolution(SplittableRandom mistakes) {
    this.mistakes = mistakes;
  }

  static String right(Figure figure) {
    return new FigureSolution(null).write(figure);
  }

  static String withMistakes(Figure figure, SplittableRandom random) {
    return new FigureSolution(random).write(figure);
  }

  /** All bars from left to right, one a line, in the form in which solutions read them. */
  static String description(Figure figure) {
    FigureSolution description = new FigureSolution(null);
    figure.bars().forEach(description::read);
    return description.text.toString().stripTrailing();
  }

  private void read(Figure.Bar bar) {
    text.append(bar.colour().word()).append('=').append(bar.height()).append('\n');
  }

  private String write(Figure figure) {
    for (int i = 0; i < figure.question().operands(); i++) {
      read(figure.operand(i));
    }
    int a = figure.operand(0).height();
    int b = figure.operand(1).height();
    int answer =
        switch (figure.question()) {
          case SUM -> add(add(a, b), figure.operand(2).height());
          case SUM_LESS -> subtract(add(a, b), figure.operand(2).height());
          case TWICE -> add(twice(a), b);
        };
    return text.append("#### ").append(answer).toString();
  }

  private int add(int x, int y) {
    boolean crosses = x % 10 + y >= 10;
    return step(x + "+" + y, x + y, crosses && x % 10 >= 4, x + y - 10);
  }

  private int subtract(int x, int y) {
    boolean crosses = x >= 10 && x % 10 < y;
    return step(x + "-" + y, x - y, crosses && x % 10 >= 4, x - y + 10);
  }

  private int twice(int x) {
    return step("2*" + x, 2 * x, false, 0);
  }

  private int step(String expression, int right, boolean hazard, int droppedTen) {
    int written = right;
    if (mistakes != null) {
      double draw = mistakes.nextDouble();
      if (hazard && draw < DROPPED_TEN) {
        written = droppedTen;
      } else if (draw < (hazard ? DROPPED_TEN + OFF_BY_ONE : SLIP)) {
        written = right == 0 || mistakes.nextBoolean() ? right + 1 : right - 1;
      }
    }
    text.append(expression).append('=').append(written).append('\n');
    return written;
  }
}
