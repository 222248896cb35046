package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sums of multiples of unit vectors, 3\hat{i} − \hat{j} + 2\hat{k}, as tuples. */
final class UnitVectors {
  private static final List<Atom> UNITS =
      List.of(Atom.variable("hat(i)"), Atom.variable("hat(j)"), Atom.variable("hat(k)"));

  private UnitVectors() {}

  /** The coordinates, of which there are so many; empty where it is no such sum. */
  static Optional<Answer> tuple(Answer answer, int dimensions, Budget budget)
      throws UnreadableException {
    if (!(answer instanceof Answer.Value value)
        || dimensions < 2
        || dimensions > UNITS.size()
        || value.fraction().numerator().isZero()
        || !value.units().isNone()
        || !value.fraction().denominator().equals(Polynomial.ONE)) {
      return Optional.empty();
    }
    List<Fraction> coordinates =
        new ArrayList<>(List.of(Fraction.ZERO, Fraction.ZERO, Fraction.ZERO));
    for (Map.Entry<Monomial, Rational> term : value.fraction().numerator().terms().entrySet()) {
      int unit = unit(term.getKey());
      if (unit < 0 || unit >= dimensions) {
        return Optional.empty();
      }
      Fraction coordinate =
          Fraction.of(Polynomial.of(term.getValue(), term.getKey()))
              .over(Fraction.of(UNITS.get(unit)), budget);
      coordinates.set(unit, coordinates.get(unit).plus(coordinate, budget));
    }
    List<Answer> items = new ArrayList<>();
    for (Fraction coordinate : coordinates.subList(0, dimensions)) {
      items.add(new Answer.Value(coordinate, Units.NONE));
    }
    return Optional.of(new Answer.Many(Answer.Many.Kind.TUPLE, "(", ")", items));
  }

  /** Which unit a term is a multiple of, or −1. */
  private static int unit(Monomial monomial) {
    int found = -1;
    for (int i = 0; i < UNITS.size(); i++) {
      Rational power = monomial.powers().get(UNITS.get(i));
      if (power != null && (found >= 0 || !power.isOne())) {
        return -1;
      }
      found = power == null ? found : i;
    }
    return found;
  }
}
