package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.Set;

/** Sine and its relatives: exact at multiples of π/12, else what is left is a sine. */
final class Trigonometry {
  static final Set<String> NAMES = Set.of("sin", "cos", "tan", "cot", "sec", "csc");

  private final Budget budget;

  Trigonometry(Budget budget) {
    this.budget = budget;
  }

  /**
   * @param angle in radians, or with a sign of degrees
   */
  Fraction call(String name, Fraction angle) throws UnreadableException {
    return of(name, radians(angle));
  }

  private Fraction radians(Fraction angle) throws UnreadableException {
    return Substitution.replace(angle, Atom.DEGREE, Substitution.DEGREE_IN_RADIANS, budget);
  }

  private Fraction of(String name, Fraction angle) throws UnreadableException {
    return switch (name) {
      case "sin" -> sine(angle);
      case "cos" -> sine(angle.plus(pi(1, 2), budget));
      case "tan" -> sine(angle).over(of("cos", angle), budget);
      case "cot" -> of("cos", angle).over(sine(angle), budget);
      case "sec" -> Fraction.ONE.over(of("cos", angle), budget);
      default -> Fraction.ONE.over(sine(angle), budget);
    };
  }

  private Fraction pi(long top, long bottom) throws UnreadableException {
    Rational share = Rational.of(BigInteger.valueOf(top), BigInteger.valueOf(bottom));
    return Fraction.of(Atom.PI).times(Fraction.of(share), budget);
  }

  private Fraction sine(Fraction angle) throws UnreadableException {
    Fraction turns = angle.over(Fraction.of(Atom.PI), budget);
    if (!turns.isRational()) {
      return Functions.left("sin", budget, angle);
    }
    // In twelfths of π, taken into the first quarter.
    Rational twelfths = turns.rational().times(Rational.of(12));
    if (!twelfths.isInteger()) {
      return Functions.left("sin", budget, angle);
    }
    int n = twelfths.numerator().mod(BigInteger.valueOf(24)).intValueExact();
    boolean negative = n > 12;
    n = negative ? n - 12 : n;
    n = n > 6 ? 12 - n : n;
    Fraction value = firstQuarter(n);
    return negative ? value.negate(budget) : value;
  }

  /** sin(n·π/12) for n = 0…6. */
  private Fraction firstQuarter(int n) throws UnreadableException {
    return switch (n) {
      case 0 -> Fraction.ZERO;
      case 1 -> quarterOf(root(6).minus(root(2), budget));
      case 2 -> Fraction.of(Rational.of(BigInteger.ONE, BigInteger.TWO));
      case 3 -> quarterOf(root(2).plus(root(2), budget));
      case 4 -> quarterOf(root(3).plus(root(3), budget));
      case 5 -> quarterOf(root(6).plus(root(2), budget));
      default -> Fraction.ONE;
    };
  }

  private Fraction root(int n) throws UnreadableException {
    return new Powers(budget).root(Fraction.of(n), Fraction.of(2));
  }

  private Fraction quarterOf(Fraction value) throws UnreadableException {
    return value.over(Fraction.of(4), budget);
  }
}
