package io.sapo.verifier.math;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * Whether two expressions are equal. Without functions that is decided exactly. With them, a
 * difference that does not cancel is evaluated to sixty digits, at several points where there are
 * variables, and must vanish at all where both sides are defined.
 */
final class Equivalence {
  private static final String[] POINTS = {"0.7310585", "2.2360679", "-1.3247179", "4.6692016"};
  private static final int WHOLE_POINTS = 4;
  private static final int LEAST_POINTS = 3;

  private final Budget budget;

  Equivalence(Budget budget) {
    this.budget = budget;
  }

  boolean same(Fraction a, Fraction b) throws UnreadableException {
    Polynomial difference =
        a.numerator()
            .times(b.denominator(), budget)
            .plus(
                b.numerator().times(a.denominator(), budget).scaled(Rational.of(-1), budget),
                budget);
    boolean functions = a.has(Atom.Kind.CALL) || b.has(Atom.Kind.CALL);
    if (!functions || difference.isZero() && isPositive(a.denominator())) {
      return difference.isZero();
    }
    List<String> names = new ArrayList<>();
    SortedSet<Atom> atoms = a.atoms();
    atoms.addAll(b.atoms());
    for (Atom atom : atoms) {
      if (atom.kind() == Atom.Kind.VARIABLE) {
        names.add(atom.name());
      }
    }
    return names.isEmpty()
        ? vanishes(difference, a, b, new Point(Map.of(), budget))
        : vanishesWhereDefined(difference, a, b, names);
  }

  /** Whether it is surely not zero, so that it may be divided by. */
  private static boolean isPositive(Polynomial denominator) {
    return denominator == Polynomial.ONE
        || denominator.isSingle()
            && denominator.terms().firstKey().powers().keySet().stream().allMatch(Atom::isPositive);
  }

  private boolean vanishesWhereDefined(
      Polynomial difference, Fraction a, Fraction b, List<String> names)
      throws UnreadableException {
    int defined = 0;
    for (int i = 0; i < POINTS.length + WHOLE_POINTS; i++) {
      budget.spend(1);
      try {
        if (!vanishes(difference, a, b, point(i, names))) {
          return false;
        }
        defined++;
      } catch (UnreadableException e) {
        // Not defined there; the next point may do.
      }
    }
    return defined >= LEAST_POINTS;
  }

  private Point point(int index, List<String> names) {
    Map<String, BigDecimal> values = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      BigDecimal value =
          index < POINTS.length
              ? new BigDecimal(POINTS[(index + i) % POINTS.length]).add(BigDecimal.valueOf(i, 1))
              : BigDecimal.valueOf(2L + index - POINTS.length + 3L * i);
      values.put(names.get(i), value);
    }
    return new Point(values, budget);
  }

  private static boolean vanishes(Polynomial difference, Fraction a, Fraction b, Point point)
      throws UnreadableException {
    if (point.value(a.denominator()).isZero() || point.value(b.denominator()).isZero()) {
      throw new UnreadableException("it divides by zero");
    }
    return point.value(difference).isZero();
  }

  /** −1, 0 or 1; of a real constant. */
  int sign(Fraction constant) throws UnreadableException {
    return constant.isRational()
        ? constant.rational().signum()
        : new Point(Map.of(), budget).real(constant).signum();
  }
}
