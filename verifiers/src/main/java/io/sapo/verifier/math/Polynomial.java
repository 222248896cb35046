package io.sapo.verifier.math;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A sum of monomials with rational coefficients, none of them zero. */
final class Polynomial {
  static final Polynomial ZERO = new Polynomial(new TreeMap<>());
  static final Polynomial ONE = of(Rational.ONE);
  private static final int MAX_TERMS = 250;

  private final SortedMap<Monomial, Rational> terms;

  private Polynomial(SortedMap<Monomial, Rational> terms) {
    this.terms = Collections.unmodifiableSortedMap(terms);
  }

  static Polynomial of(Rational constant) {
    return of(constant, Monomial.ONE);
  }

  static Polynomial of(Rational coefficient, Monomial monomial) {
    SortedMap<Monomial, Rational> terms = new TreeMap<>();
    if (!coefficient.isZero()) {
      terms.put(monomial, coefficient);
    }
    return new Polynomial(terms);
  }

  SortedMap<Monomial, Rational> terms() {
    return terms;
  }

  boolean isZero() {
    return terms.isEmpty();
  }

  boolean isSingle() {
    return terms.size() == 1;
  }

  /** Whether it is a rational number. */
  boolean isRational() {
    return terms.isEmpty() || isSingle() && terms.firstKey().powers().isEmpty();
  }

  /** Of a {@link #isRational} one. */
  Rational rational() {
    return terms.isEmpty() ? Rational.ZERO : terms.get(terms.firstKey());
  }

  boolean has(Atom.Kind kind) {
    for (Monomial monomial : terms.keySet()) {
      if (monomial.has(kind)) {
        return true;
      }
    }
    return false;
  }

  /** All atoms, those within arguments of functions included. */
  SortedSet<Atom> atoms() {
    SortedSet<Atom> atoms = new TreeSet<>();
    for (Monomial monomial : terms.keySet()) {
      for (Atom atom : monomial.powers().keySet()) {
        atoms.add(atom);
        for (Fraction argument : atom.arguments()) {
          atoms.addAll(argument.atoms());
        }
      }
    }
    return atoms;
  }

  Polynomial plus(Polynomial other, Budget budget) throws UnreadableException {
    SortedMap<Monomial, Rational> sum = new TreeMap<>(terms);
    for (Map.Entry<Monomial, Rational> term : other.terms.entrySet()) {
      add(sum, term.getKey(), term.getValue(), budget);
    }
    return new Polynomial(sum);
  }

  Polynomial scaled(Rational factor, Budget budget) throws UnreadableException {
    SortedMap<Monomial, Rational> scaled = new TreeMap<>();
    for (Map.Entry<Monomial, Rational> term : terms.entrySet()) {
      add(scaled, term.getKey(), term.getValue().times(factor), budget);
    }
    return new Polynomial(scaled);
  }

  Polynomial times(Polynomial other, Budget budget) throws UnreadableException {
    SortedMap<Monomial, Rational> product = new TreeMap<>();
    for (Map.Entry<Monomial, Rational> left : terms.entrySet()) {
      for (Map.Entry<Monomial, Rational> right : other.terms.entrySet()) {
        Monomial.Scaled monomial = left.getKey().times(right.getKey(), budget);
        Rational coefficient = left.getValue().times(right.getValue()).times(monomial.factor());
        add(product, monomial.monomial(), coefficient, budget);
      }
    }
    return new Polynomial(product);
  }

  /** Of one with a single term; see {@link Monomial#pow} for when that is sound. */
  Polynomial singlePow(int exponent, Budget budget) throws UnreadableException {
    Monomial monomial = terms.firstKey();
    Rational coefficient = terms.get(monomial);
    if ((long) coefficient.bits() * Math.abs((long) exponent) > Budget.MAX_BITS) {
      throw new UnreadableException("a power in it has too many digits");
    }
    Monomial.Scaled power = monomial.pow(Rational.of(exponent), budget);
    return of(budget.checked(coefficient.pow(exponent).times(power.factor())), power.monomial());
  }

  private static void add(
      SortedMap<Monomial, Rational> terms, Monomial monomial, Rational value, Budget budget)
      throws UnreadableException {
    budget.spend(1 + monomial.key().length() / 32);
    Rational before = terms.get(monomial);
    Rational sum = budget.checked(before == null ? value : before.plus(value));
    if (sum.isZero()) {
      terms.remove(monomial);
    } else {
      terms.put(monomial, sum);
      if (terms.size() > MAX_TERMS) {
        throw new UnreadableException("it has too many terms");
      }
    }
  }

  String key() {
    return terms.entrySet().stream()
        .map(term -> term.getValue() + "*" + term.getKey().key())
        .collect(Collectors.joining("+"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Polynomial polynomial && polynomial.terms.equals(terms);
  }

  @Override
  public int hashCode() {
    return terms.hashCode();
  }

  @Override
  public String toString() {
    if (terms.isEmpty()) {
      return "0";
    }
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Monomial, Rational> term : terms.entrySet()) {
      Rational size = term.getValue().abs();
      boolean bare = term.getKey().powers().isEmpty();
      text.append(term.getValue().signum() < 0 ? "−" : text.length() == 0 ? "" : "+");
      text.append(bare || !size.isOne() ? size.toString() : "");
      text.append(bare || size.isOne() ? "" : "·").append(term.getKey());
    }
    return text.toString();
  }
}
