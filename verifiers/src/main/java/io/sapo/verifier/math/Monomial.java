package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A product of powers of atoms. Normal form: exponents are not zero, those of primes in (0, 1),
 * that of i is 1. So two monomials without functions are linearly independent over the rationals
 * unless they are equal.
 */
final class Monomial implements Comparable<Monomial> {
  static final Monomial ONE = new Monomial(new TreeMap<>());

  /** A monomial and what came out of it in reaching its normal form. */
  record Scaled(Rational factor, Monomial monomial) {}

  private final SortedMap<Atom, Rational> powers;
  private final String key;

  private Monomial(SortedMap<Atom, Rational> powers) {
    this.powers = Collections.unmodifiableSortedMap(powers);
    this.key = key(powers);
  }

  private static String key(SortedMap<Atom, Rational> powers) {
    StringBuilder key = new StringBuilder();
    for (Map.Entry<Atom, Rational> power : powers.entrySet()) {
      key.append(key.length() == 0 ? "" : "*").append(power.getKey().key());
      key.append('^').append(power.getValue());
    }
    return key.toString();
  }

  static Scaled of(Atom atom, Rational exponent, Budget budget) throws UnreadableException {
    SortedMap<Atom, Rational> powers = new TreeMap<>();
    powers.put(atom, exponent);
    return normal(powers, budget);
  }

  SortedMap<Atom, Rational> powers() {
    return powers;
  }

  Scaled times(Monomial other, Budget budget) throws UnreadableException {
    if (other.powers.isEmpty()) {
      return new Scaled(Rational.ONE, this);
    }
    if (powers.isEmpty()) {
      return new Scaled(Rational.ONE, other);
    }
    SortedMap<Atom, Rational> sum = new TreeMap<>(powers);
    for (Map.Entry<Atom, Rational> power : other.powers.entrySet()) {
      sum.merge(power.getKey(), power.getValue(), Rational::plus);
    }
    return normal(sum, budget);
  }

  /** Sound for whole exponents, and for others where all atoms are positive numbers. */
  Scaled pow(Rational exponent, Budget budget) throws UnreadableException {
    SortedMap<Atom, Rational> product = new TreeMap<>();
    for (Map.Entry<Atom, Rational> power : powers.entrySet()) {
      product.put(power.getKey(), power.getValue().times(exponent));
    }
    return normal(product, budget);
  }

  private static Scaled normal(SortedMap<Atom, Rational> powers, Budget budget)
      throws UnreadableException {
    budget.spend(10);
    Rational factor = Rational.ONE;
    SortedMap<Atom, Rational> normal = new TreeMap<>();
    for (Map.Entry<Atom, Rational> power : powers.entrySet()) {
      Atom atom = power.getKey();
      Rational exponent = power.getValue();
      budget.spend(1 + atom.key().length() / 16);
      if (exponent.bits() > 31) {
        throw new UnreadableException("an exponent in it is too large");
      }
      if (atom.kind() == Atom.Kind.PRIME) {
        int whole = exponent.floor().intValueExact();
        exponent = exponent.plus(Rational.of(-(long) whole));
        factor = budget.checked(factor.times(power(atom.prime(), whole)));
      } else if (atom.kind() == Atom.Kind.IMAGINARY && exponent.isInteger()) {
        int quarter = Math.floorMod(exponent.numerator().intValueExact(), 4);
        factor = quarter >= 2 ? factor.negate() : factor;
        exponent = Rational.of(quarter % 2);
      }
      if (!exponent.isZero()) {
        normal.put(atom, exponent);
      }
    }
    return new Scaled(factor, new Monomial(normal));
  }

  private static Rational power(BigInteger prime, int exponent) throws UnreadableException {
    if ((long) prime.bitLength() * Math.abs((long) exponent) > Budget.MAX_BITS) {
      throw new UnreadableException("a power in it has too many digits");
    }
    return Rational.of(prime).pow(exponent);
  }

  boolean has(Atom.Kind kind) {
    for (Atom atom : powers.keySet()) {
      if (atom.kind() == kind) {
        return true;
      }
    }
    return false;
  }

  String key() {
    return key;
  }

  @Override
  public int compareTo(Monomial other) {
    return key.compareTo(other.key);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Monomial monomial && monomial.key.equals(key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public String toString() {
    return powers.entrySet().stream()
        .map(
            power ->
                power.getValue().isOne()
                    ? power.getKey().toString()
                    : power.getKey() + "^" + exponent(power.getValue()))
        .collect(Collectors.joining("·"));
  }

  private static String exponent(Rational exponent) {
    return exponent.isInteger() ? exponent.toString() : "(" + exponent + ")";
  }
}
