package io.sapo.verifier.math;

import java.util.Map;

/** Puts a value in the place of an atom, wherever it stands outside functions. */
final class Substitution {
  static final Fraction DEGREE_IN_RADIANS = degree();
  static final Fraction PERCENT_AS_SHARE = Fraction.of(Rational.of(100).inverse());

  private Substitution() {}

  private static Fraction degree() {
    try {
      return Fraction.of(Atom.PI).over(Fraction.of(180), new Budget());
    } catch (UnreadableException e) {
      throw new IllegalStateException("π/180 is always readable", e);
    }
  }

  static Fraction replace(Fraction in, Atom atom, Fraction value, Budget budget)
      throws UnreadableException {
    if (!in.numerator().atoms().contains(atom) && !in.denominator().atoms().contains(atom)) {
      return in;
    }
    return replace(in.numerator(), atom, value, budget)
        .over(replace(in.denominator(), atom, value, budget), budget);
  }

  private static Fraction replace(Polynomial in, Atom atom, Fraction value, Budget budget)
      throws UnreadableException {
    Powers powers = new Powers(budget);
    Fraction sum = Fraction.ZERO;
    for (Map.Entry<Monomial, Rational> term : in.terms().entrySet()) {
      Fraction product = Fraction.of(term.getValue());
      for (Map.Entry<Atom, Rational> power : term.getKey().powers().entrySet()) {
        Fraction factor =
            power.getKey().equals(atom)
                ? powers.power(value, Fraction.of(power.getValue()))
                : Fraction.of(power.getKey(), power.getValue(), budget);
        product = product.times(factor, budget);
      }
      sum = sum.plus(product, budget);
    }
    return sum;
  }
}
