package io.sapo.producer.figures;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A bar chart and a question about three (or two) of its bars.
 *
 * @param bars left to right, no colour twice, heights 1 to 9
 * @param asked indices of the bars in the order in which the question names them
 */
record Figure(List<Bar> bars, Question question, int[] asked) {
  static final int BARS = 4;
  static final int MAX_HEIGHT = 9;

  record Bar(Colour colour, int height) {}

  /** The kinds of question; each takes one or two steps of arithmetic after reading the bars. */
  enum Question {
    SUM(3),
    SUM_LESS(3),
    TWICE(2);

    private final int operands;

    Question(int operands) {
      this.operands = operands;
    }

    int operands() {
      return operands;
    }
  }

  Figure {
    bars = List.copyOf(bars);
  }

  /** Draws a figure whose answer is not negative. */
  static Figure draw(SplittableRandom random) {
    while (true) {
      List<Bar> bars = bars(random);
      Question question = Question.values()[random.nextInt(Question.values().length)];
      int[] asked = Arrays.copyOf(permutation(BARS, random), question.operands());
      Figure figure = new Figure(bars, question, asked);
      if (figure.answer() >= 0) {
        return figure;
      }
    }
  }

  static List<Bar> bars(SplittableRandom random) {
    int[] colours = permutation(Colour.values().length, random);
    return IntStream.range(0, BARS)
        .mapToObj(i -> new Bar(Colour.values()[colours[i]], 1 + random.nextInt(MAX_HEIGHT)))
        .toList();
  }

  private static int[] permutation(int n, SplittableRandom random) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  Bar operand(int i) {
    return bars.get(asked[i]);
  }

  int answer() {
    return switch (question) {
      case SUM -> operand(0).height() + operand(1).height() + operand(2).height();
      case SUM_LESS -> operand(0).height() + operand(1).height() - operand(2).height();
      case TWICE -> 2 * operand(0).height() + operand(1).height();
    };
  }

  String prompt() {
    String first = operand(0).colour().word();
    String second = operand(1).colour().word();
    return switch (question) {
      case SUM ->
          "What is " + first + " plus " + second + " plus " + operand(2).colour().word() + "?";
      case SUM_LESS ->
          "What is " + first + " plus " + second + " minus " + operand(2).colour().word() + "?";
      case TWICE -> "What is twice " + first + " plus " + second + "?";
    };
  }

  /** Identifies picture and question: equal figures have equal fingerprints. */
  long fingerprint() {
    long code = question.ordinal();
    for (Bar bar : bars) {
      code = code * 97 + bar.colour().ordinal();
      code = code * 97 + bar.height();
    }
    for (int index : asked) {
      code = code * 97 + index;
    }
    return mixed(code);
  }

  /** The finaliser of SplitMix64, so that nearby codes fall into unrelated classes. */
  static long mixed(long fingerprint) {
    long code = fingerprint;
    code = (code ^ (code >>> 30)) * 0xBF58476D1CE4E5B9L;
    code = (code ^ (code >>> 27)) * 0x94D049BB133111EBL;
    return code ^ (code >>> 31);
  }
}
