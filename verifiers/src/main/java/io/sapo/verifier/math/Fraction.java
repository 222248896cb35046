package io.sapo.verifier.math;

import java.util.SortedSet;

/**
 * A rational function. A denominator of one term is multiplied away, so that numbers with surds and
 * polynomials have the denominator 1.
 */
record Fraction(Polynomial numerator, Polynomial denominator) {
  static final Fraction ZERO = of(Rational.ZERO);
  static final Fraction ONE = of(Rational.ONE);

  static Fraction of(Rational value) {
    return new Fraction(Polynomial.of(value), Polynomial.ONE);
  }

  static Fraction of(long value) {
    return of(Rational.of(value));
  }

  static Fraction of(Polynomial polynomial) {
    return new Fraction(polynomial, Polynomial.ONE);
  }

  static Fraction of(Atom atom) {
    try {
      return of(atom, Rational.ONE, new Budget());
    } catch (UnreadableException e) {
      throw new IllegalStateException("one atom is always readable", e);
    }
  }

  static Fraction of(Atom atom, Rational exponent, Budget budget) throws UnreadableException {
    Monomial.Scaled power = Monomial.of(atom, exponent, budget);
    return of(Polynomial.of(power.factor(), power.monomial()));
  }

  private static Fraction reduced(Polynomial numerator, Polynomial denominator, Budget budget)
      throws UnreadableException {
    if (denominator.isZero()) {
      throw new UnreadableException("it divides by zero");
    }
    if (denominator.isSingle() && !denominator.has(Atom.Kind.CALL)) {
      return of(numerator.times(denominator.singlePow(-1, budget), budget));
    }
    Rational leading = denominator.terms().get(denominator.terms().firstKey()).inverse();
    return new Fraction(numerator.scaled(leading, budget), denominator.scaled(leading, budget));
  }

  boolean isRational() {
    return denominator == Polynomial.ONE && numerator.isRational();
  }

  /** Of an {@link #isRational} one. */
  Rational rational() {
    return numerator.rational();
  }

  boolean has(Atom.Kind kind) {
    return numerator.has(kind) || denominator.has(kind);
  }

  boolean mentions(Atom atom) {
    return atoms().contains(atom);
  }

  /** Whether no variable occurs, not even within a function. */
  boolean isConstant() {
    return !mentions(Atom.Kind.VARIABLE);
  }

  boolean mentions(Atom.Kind kind) {
    return atoms().stream().anyMatch(atom -> atom.kind() == kind);
  }

  SortedSet<Atom> atoms() {
    SortedSet<Atom> atoms = numerator.atoms();
    atoms.addAll(denominator.atoms());
    return atoms;
  }

  Fraction negate(Budget budget) throws UnreadableException {
    return new Fraction(numerator.scaled(Rational.of(-1), budget), denominator);
  }

  Fraction plus(Fraction other, Budget budget) throws UnreadableException {
    if (denominator.key().equals(other.denominator.key())) {
      return new Fraction(numerator.plus(other.numerator, budget), denominator);
    }
    return reduced(
        numerator
            .times(other.denominator, budget)
            .plus(other.numerator.times(denominator, budget), budget),
        denominator.times(other.denominator, budget),
        budget);
  }

  Fraction minus(Fraction other, Budget budget) throws UnreadableException {
    return plus(other.negate(budget), budget);
  }

  Fraction times(Fraction other, Budget budget) throws UnreadableException {
    Polynomial product = numerator.times(other.numerator, budget);
    if (denominator == Polynomial.ONE && other.denominator == Polynomial.ONE) {
      return of(product);
    }
    return reduced(product, denominator.times(other.denominator, budget), budget);
  }

  Fraction over(Fraction other, Budget budget) throws UnreadableException {
    return reduced(
        numerator.times(other.denominator, budget),
        denominator.times(other.numerator, budget),
        budget);
  }

  String key() {
    return denominator == Polynomial.ONE
        ? numerator.key()
        : "(" + numerator.key() + ")/(" + denominator.key() + ")";
  }

  @Override
  public String toString() {
    return denominator == Polynomial.ONE
        ? numerator.toString()
        : "(" + numerator + ")/(" + denominator + ")";
  }
}
