package io.sapo.verifier.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** An exact fraction in lowest terms; the denominator is positive. */
record Rational(BigInteger numerator, BigInteger denominator) implements Comparable<Rational> {
  static final Rational ZERO = of(0);
  static final Rational ONE = of(1);

  static Rational of(long value) {
    return new Rational(BigInteger.valueOf(value), BigInteger.ONE);
  }

  static Rational of(BigInteger value) {
    return new Rational(value, BigInteger.ONE);
  }

  /**
   * @param denominator not zero
   */
  static Rational of(BigInteger numerator, BigInteger denominator) {
    BigInteger common = numerator.gcd(denominator);
    if (denominator.signum() < 0) {
      common = common.negate();
    }
    return common.equals(BigInteger.ONE)
        ? new Rational(numerator, denominator)
        : new Rational(numerator.divide(common), denominator.divide(common));
  }

  static Rational of(BigDecimal value) {
    return value.scale() > 0
        ? of(value.unscaledValue(), BigInteger.TEN.pow(value.scale()))
        : of(value.toBigIntegerExact());
  }

  int bits() {
    return Math.max(numerator.bitLength(), denominator.bitLength());
  }

  int signum() {
    return numerator.signum();
  }

  boolean isZero() {
    return numerator.signum() == 0;
  }

  boolean isInteger() {
    return denominator.equals(BigInteger.ONE);
  }

  boolean isOne() {
    return isInteger() && numerator.equals(BigInteger.ONE);
  }

  /** Whether it is whole and at most this far from zero. */
  boolean isIntegerWithin(int limit) {
    return isInteger() && numerator.abs().compareTo(BigInteger.valueOf(limit)) <= 0;
  }

  Rational plus(Rational other) {
    if (isInteger() && other.isInteger()) {
      return of(numerator.add(other.numerator));
    }
    return of(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  Rational times(Rational other) {
    if (isOne()) {
      return other;
    }
    return other.isOne()
        ? this
        : of(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
  }

  Rational negate() {
    return new Rational(numerator.negate(), denominator);
  }

  Rational abs() {
    return signum() < 0 ? negate() : this;
  }

  /** Of a number that is not zero. */
  Rational inverse() {
    return signum() < 0
        ? new Rational(denominator.negate(), numerator.negate())
        : new Rational(denominator, numerator);
  }

  /**
   * @param exponent negative only where this is not zero
   */
  Rational pow(int exponent) {
    Rational base = exponent < 0 ? inverse() : this;
    int n = Math.abs(exponent);
    return new Rational(base.numerator.pow(n), base.denominator.pow(n));
  }

  BigInteger floor() {
    BigInteger[] parts = numerator.divideAndRemainder(denominator);
    return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  BigDecimal decimal(MathContext precision) {
    return new BigDecimal(numerator).divide(new BigDecimal(denominator), precision);
  }

  @Override
  public int compareTo(Rational other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
  }

  @Override
  public String toString() {
    return isInteger() ? numerator.toString() : numerator + "/" + denominator;
  }
}
