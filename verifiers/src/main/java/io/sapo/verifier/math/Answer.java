package io.sapo.verifier.math;

import java.util.List;
import java.util.stream.Collectors;

/** What an answer was read as. */
sealed interface Answer {
  /** A number or expression, with the words behind it. */
  record Value(Fraction fraction, Units units) implements Answer {
    @Override
    public String toString() {
      return fraction
          + (units.dimensions().isEmpty()
              ? ""
              : " "
                  + units.factor()
                  + " "
                  + units.dimensions().entrySet().stream()
                      .map(e -> e.getKey() + (e.getValue() == 1 ? "" : "^" + e.getValue()))
                      .collect(Collectors.joining("·")));
    }
  }

  /** Digits in a base that is written with them. */
  record Based(String digits, int base, Fraction value) implements Answer {
    @Override
    public String toString() {
      return digits + " in base " + base;
    }
  }

  /** Several answers; in a tuple their order matters. */
  record Many(Kind kind, String open, String close, List<Answer> items) implements Answer {
    enum Kind {
      LIST,
      SET,
      TUPLE,
      RATIO
    }

    @Override
    public String toString() {
      String separator = kind == Kind.RATIO ? ":" : ", ";
      return open
          + items.stream().map(Answer::toString).collect(Collectors.joining(separator))
          + close;
    }
  }

  /** A part of the real line; of a variable where one is named. */
  record Reals(RealSet set, String variable) implements Answer {
    @Override
    public String toString() {
      return (variable.isEmpty() ? "" : variable + " in ") + set;
    }
  }

  /** Rows of equal length. */
  record Matrix(List<List<Answer>> rows) implements Answer {
    @Override
    public String toString() {
      return "matrix " + rows;
    }
  }

  /** name = value. The equation as a whole, where it is one of expressions, is zero − or null. */
  record Named(String name, Answer value, Polynomial equation) implements Answer {
    @Override
    public String toString() {
      return name + " = " + value;
    }
  }

  /**
   * left − right = 0, or a relation that orders them.
   *
   * @param strict of an inequality, left − right &lt; 0 rather than ≤
   * @param last the right-hand side
   * @param sumOfNames whether the left-hand side adds or multiplies names only
   */
  record Relation(
      Polynomial difference, boolean equation, boolean strict, Fraction last, boolean sumOfNames)
      implements Answer {
    @Override
    public String toString() {
      return difference + (equation ? " = 0" : strict ? " < 0" : " ≤ 0");
    }
  }

  /** An exact value and the rounded one written behind it. */
  record Rounded(Answer exact, Answer rounded) implements Answer {
    @Override
    public String toString() {
      return exact + " ≈ " + rounded;
    }
  }

  /** One that stands for any of the given names of the empty set or a set of numbers. */
  record Constant(String name) implements Answer {
    @Override
    public String toString() {
      return name;
    }
  }
}
