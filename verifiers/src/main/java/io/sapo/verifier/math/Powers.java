package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** Powers and roots. Odd roots of negative numbers are the real ones. */
final class Powers {
  private static final Rational HALF = Rational.of(BigInteger.ONE, BigInteger.TWO);

  /** A sum is multiplied out up to this power. */
  private static final int MAX_EXPANDED = 40;

  private static final int MAX_EXPONENT = 20_000;
  private static final int MAX_ROOT = 1000;

  private final Budget budget;

  Powers(Budget budget) {
    this.budget = budget;
  }

  Fraction root(Fraction radicand, Fraction degree) throws UnreadableException {
    return power(radicand, Fraction.ONE.over(degree, budget));
  }

  Fraction power(Fraction base, Fraction exponent) throws UnreadableException {
    if (exponent.isRational()) {
      Rational q = exponent.rational();
      return q.isInteger() ? whole(base, q) : broken(base, q);
    }
    if (base.isRational() && base.rational().isOne()) {
      return Fraction.ONE;
    }
    return base.equals(Fraction.of(Atom.E)) ? exponential(exponent) : call(base, exponent);
  }

  private Fraction whole(Fraction base, Rational exponent) throws UnreadableException {
    if (base.numerator().isZero()) {
      if (exponent.signum() <= 0) {
        throw new UnreadableException("zero has no power of " + exponent);
      }
      return Fraction.ZERO;
    }
    if (!exponent.isIntegerWithin(MAX_EXPONENT)) {
      return unit(base) ? signed(base, exponent) : call(base, Fraction.of(exponent));
    }
    int n = exponent.numerator().intValueExact();
    if (base.denominator() == Polynomial.ONE
        && base.numerator().isSingle()
        && !base.has(Atom.Kind.CALL)) {
      return Fraction.of(base.numerator().singlePow(n, budget));
    }
    return Math.abs(n) > MAX_EXPANDED ? call(base, Fraction.of(exponent)) : expanded(base, n);
  }

  private static boolean unit(Fraction base) {
    return base.isRational() && base.rational().abs().isOne();
  }

  private static Fraction signed(Fraction unit, Rational exponent) {
    return exponent.numerator().testBit(0) ? unit : Fraction.ONE;
  }

  private Fraction expanded(Fraction base, int n) throws UnreadableException {
    Fraction power = Fraction.ONE;
    for (int i = 0; i < Math.abs(n); i++) {
      power = power.times(base, budget);
    }
    return n < 0 ? Fraction.ONE.over(power, budget) : power;
  }

  private Fraction broken(Fraction base, Rational exponent) throws UnreadableException {
    if (base.numerator().isZero()) {
      return whole(base, Rational.of(exponent.signum()));
    }
    if (exponent.bits() > 31
        || base.denominator() != Polynomial.ONE
        || !base.numerator().isSingle()) {
      return call(base, Fraction.of(exponent));
    }
    Monomial monomial = base.numerator().terms().firstKey();
    Rational coefficient = base.numerator().terms().get(monomial);
    if (!distributes(monomial, coefficient)) {
      return call(base, Fraction.of(exponent));
    }
    Monomial.Scaled power = monomial.pow(exponent, budget);
    return rational(coefficient, exponent)
        .times(Fraction.of(Polynomial.of(power.factor(), power.monomial())), budget);
  }

  /** Whether (c·m)^q = c^q·m^q: all of m positive, or c positive and m one variable. */
  private static boolean distributes(Monomial monomial, Rational coefficient) {
    if (monomial.powers().keySet().stream().allMatch(Atom::isPositive)) {
      return true;
    }
    Map.Entry<Atom, Rational> first = monomial.powers().entrySet().iterator().next();
    return coefficient.signum() > 0
        && monomial.powers().size() == 1
        && first.getKey().kind() == Atom.Kind.VARIABLE
        && first.getValue().isOne();
  }

  /**
   * @param base not zero
   */
  private Fraction rational(Rational base, Rational exponent) throws UnreadableException {
    if (exponent.denominator().compareTo(BigInteger.valueOf(MAX_ROOT)) > 0) {
      return call(Fraction.of(base), Fraction.of(exponent));
    }
    Fraction size =
        surd(base.numerator().abs(), exponent)
            .times(surd(base.denominator(), exponent.negate()), budget);
    if (base.signum() > 0) {
      return size;
    }
    if (exponent.denominator().testBit(0)) {
      return exponent.numerator().testBit(0) ? size.negate(budget) : size;
    }
    if (!exponent.denominator().equals(BigInteger.TWO)) {
      throw new UnreadableException("it takes an even root of a negative number");
    }
    return size.times(Fraction.of(Atom.I, exponent.times(Rational.of(2)), budget), budget);
  }

  private Fraction surd(BigInteger base, Rational exponent) throws UnreadableException {
    Primes.Factors factors = Primes.factor(base, budget);
    Fraction product = Fraction.ONE;
    for (Map.Entry<Integer, Integer> power : factors.powers().entrySet()) {
      Rational e = exponent.times(Rational.of(power.getValue()));
      product = product.times(Fraction.of(Atom.prime(power.getKey()), e, budget), budget);
    }
    return factors.rest().equals(BigInteger.ONE)
        ? product
        : product.times(large(factors.rest(), exponent), budget);
  }

  /** A root of a number without small factors: whole if it is one, else left as it stands. */
  private Fraction large(BigInteger base, Rational exponent) throws UnreadableException {
    BigInteger root = base.sqrt();
    budget.spend(base.bitLength());
    if (exponent.denominator().equals(BigInteger.TWO) && root.multiply(root).equals(base)) {
      return whole(Fraction.of(Rational.of(root)), exponent.times(Rational.of(2)));
    }
    return call(Fraction.of(Rational.of(base)), Fraction.of(exponent));
  }

  /** e to a power; of an imaginary one by Euler's formula. */
  private Fraction exponential(Fraction exponent) throws UnreadableException {
    boolean imaginary = exponent.denominator() == Polynomial.ONE;
    for (Monomial monomial : exponent.numerator().terms().keySet()) {
      imaginary &= monomial.powers().containsKey(Atom.I);
    }
    if (!imaginary) {
      return call(Fraction.of(Atom.E), exponent);
    }
    Fraction i = Fraction.of(Atom.I);
    Fraction angle = exponent.over(i, budget);
    Functions functions = new Functions(budget);
    return functions.call("cos", angle).plus(i.times(functions.call("sin", angle), budget), budget);
  }

  private Fraction call(Fraction base, Fraction exponent) throws UnreadableException {
    budget.spend(10 + base.key().length() / 8);
    return Fraction.of(Atom.call("pow", List.of(base, exponent)));
  }

  static boolean isSquareRoot(Rational exponent) {
    return HALF.equals(exponent);
  }
}
