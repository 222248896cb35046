package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether an answer, as read, means the same as the reference. The policy is in docs/verifiers.md.
 */
final class Comparer {
  private final Budget budget;
  private final Equivalence equivalence;
  private final ManyComparer several;
  private final ValueComparer values;

  Comparer(Budget budget, EqualityPolicy policy) {
    this.budget = budget;
    this.equivalence = new Equivalence(budget);
    this.several = new ManyComparer(this, equivalence, budget, policy);
    this.values = new ValueComparer(equivalence, budget, policy);
  }

  boolean same(Answer answer, Answer reference) throws UnreadableException {
    budget.spend(4);
    Optional<Answer> vector = UnitVectors.tuple(answer, dimensions(reference), budget);
    if (vector.isPresent()) {
      return same(vector.get(), reference);
    }
    vector = UnitVectors.tuple(reference, dimensions(answer), budget);
    if (vector.isPresent()) {
      return same(answer, vector.get());
    }
    if (answer instanceof Answer.Rounded rounded) {
      return same(rounded.exact(), reference) || same(rounded.rounded(), reference);
    }
    if (reference instanceof Answer.Rounded rounded) {
      return same(answer, rounded.exact()) || same(answer, rounded.rounded());
    }
    if (answer instanceof Answer.Named || reference instanceof Answer.Named) {
      return named(answer, reference);
    }
    if (answer instanceof Answer.Relation || reference instanceof Answer.Relation) {
      return relation(answer, reference);
    }
    if (answer instanceof Answer.Value a && reference instanceof Answer.Value b) {
      return values.same(a, b);
    }
    if (answer instanceof Answer.Based || reference instanceof Answer.Based) {
      return based(answer, reference);
    }
    if (answer instanceof Answer.Reals || reference instanceof Answer.Reals) {
      return reals(answer, reference);
    }
    if (answer instanceof Answer.Matrix || reference instanceof Answer.Matrix) {
      return matrix(answer, reference);
    }
    if (answer instanceof Answer.Constant || reference instanceof Answer.Constant) {
      return answer.equals(reference);
    }
    return several.same(answer, reference);
  }

  /** Of a vector; 0 for anything else. */
  private static int dimensions(Answer answer) {
    if (answer instanceof Answer.Many many && many.kind() == Answer.Many.Kind.TUPLE) {
      return many.items().size();
    }
    return answer instanceof Answer.Matrix matrix && matrix.rows().get(0).size() == 1
        ? matrix.rows().size()
        : 0;
  }

  private boolean named(Answer answer, Answer reference) throws UnreadableException {
    if (answer instanceof Answer.Named a && reference instanceof Answer.Named b) {
      return a.name().equals(b.name()) && same(a.value(), b.value())
          || a.equation() != null
              && b.equation() != null
              && proportional(a.equation(), b.equation(), true);
    }
    Optional<Answer> chosen = chosen(answer, reference);
    if (chosen.isPresent()) {
      return same(chosen.get(), reference);
    }
    chosen = chosen(reference, answer);
    if (chosen.isPresent()) {
      return same(answer, chosen.get());
    }
    if (answer instanceof Answer.Named a) {
      return reference instanceof Answer.Relation b && b.equation()
          ? a.equation() != null && proportional(a.equation(), b.difference(), true)
          : !(reference instanceof Answer.Relation) && same(a.value(), reference);
    }
    Answer.Named b = (Answer.Named) reference;
    return answer instanceof Answer.Relation a && a.equation()
        ? b.equation() != null && proportional(a.difference(), b.equation(), true)
        : !(answer instanceof Answer.Relation) && same(answer, b.value());
  }

  /** C(10, 3) or P(10, 3) beside a number, which no point is equal to. */
  private Optional<Answer> chosen(Answer point, Answer number) throws UnreadableException {
    if (point instanceof Answer.Named named
        && Set.of("C", "P").contains(named.name())
        && number instanceof Answer.Value
        && named.value() instanceof Answer.Many pair
        && pair.items().size() == 2
        && pair.items().get(0) instanceof Answer.Value of
        && pair.items().get(1) instanceof Answer.Value some) {
      String function = named.name().equals("C") ? "binom" : "permutations";
      Fraction value = new Functions(budget).call(function, of.fraction(), some.fraction());
      return Optional.of(new Answer.Value(value, Units.NONE));
    }
    return Optional.empty();
  }

  private boolean relation(Answer answer, Answer reference) throws UnreadableException {
    if (answer instanceof Answer.Relation a && reference instanceof Answer.Relation b) {
      return a.equation() == b.equation()
          && a.strict() == b.strict()
          && proportional(a.difference(), b.difference(), a.equation());
    }
    return answer instanceof Answer.Relation relation
        && relation.equation()
        && relation.sumOfNames()
        && relation.last().isConstant()
        && reference instanceof Answer.Value value
        && equivalence.same(relation.last(), value.fraction());
  }

  /** Whether one is the other times a rational number, a positive one unless any sign will do. */
  private boolean proportional(Polynomial left, Polynomial right, boolean anySign)
      throws UnreadableException {
    Polynomial a = anySign ? withoutDivisors(left) : left;
    Polynomial b = anySign ? withoutDivisors(right) : right;
    if (a.isZero() || b.isZero() || !a.terms().keySet().equals(b.terms().keySet())) {
      return false;
    }
    Monomial first = a.terms().firstKey();
    Rational factor = a.terms().get(first).times(b.terms().get(first).inverse());
    return (anySign || factor.signum() > 0) && b.scaled(factor, budget).terms().equals(a.terms());
  }

  /** Times what variables its terms divide by: y - 1/x as xy - 1. */
  private Polynomial withoutDivisors(Polynomial polynomial) throws UnreadableException {
    SortedMap<Atom, Rational> divisors = new TreeMap<>();
    for (Monomial term : polynomial.terms().keySet()) {
      for (Map.Entry<Atom, Rational> power : term.powers().entrySet()) {
        if (power.getKey().kind() == Atom.Kind.VARIABLE && power.getValue().signum() < 0) {
          divisors.merge(power.getKey(), power.getValue(), (a, b) -> a.compareTo(b) < 0 ? a : b);
        }
      }
    }
    Polynomial times = polynomial;
    for (Map.Entry<Atom, Rational> divisor : divisors.entrySet()) {
      Monomial.Scaled factor = Monomial.of(divisor.getKey(), divisor.getValue().negate(), budget);
      times = times.times(Polynomial.of(factor.factor(), factor.monomial()), budget);
    }
    return times;
  }

  /**
   * The base is part of the answer; where only the reference has one, the digits must be its. One
   * that the reference does not have is ten.
   */
  private boolean based(Answer answer, Answer reference) {
    if (answer instanceof Answer.Based a && reference instanceof Answer.Based b) {
      return a.base() == b.base() && a.digits().equals(b.digits());
    }
    Answer.Based based = (Answer.Based) (answer instanceof Answer.Based ? answer : reference);
    Answer other = based == answer ? reference : answer;
    return (based == reference || based.base() == 10)
        && other instanceof Answer.Value value
        && value.fraction().isRational()
        && value.fraction().rational().isInteger()
        && value.fraction().rational().toString().equals(based.digits());
  }

  private boolean reals(Answer answer, Answer reference) throws UnreadableException {
    if (answer instanceof Answer.Reals a
        && reference instanceof Answer.Reals b
        && !a.variable().isEmpty()
        && !b.variable().isEmpty()
        && !a.variable().equals(b.variable())) {
      return false;
    }
    if (answer instanceof Answer.Value
        || reference instanceof Answer.Value
        || arePoints(answer)
        || arePoints(reference)) {
      return false;
    }
    Joining joining = new Joining(budget);
    return joining.reals(answer).same(joining.reals(reference), budget);
  }

  /** Several pairs of numbers in parentheses, which are rather points than intervals. */
  private static boolean arePoints(Answer answer) {
    return answer instanceof Answer.Many list
        && list.kind() == Answer.Many.Kind.LIST
        && list.items().size() > 1
        && list.items().stream().allMatch(Comparer::isPoint);
  }

  private static boolean isPoint(Answer answer) {
    return answer instanceof Answer.Many pair
        && pair.kind() == Answer.Many.Kind.TUPLE
        && ManyComparer.isOpen(pair)
        && pair.items().stream()
            .noneMatch(
                item -> item instanceof Answer.Value end && end.fraction().mentions(Atom.INFINITY));
  }

  private boolean matrix(Answer answer, Answer reference) throws UnreadableException {
    if (answer instanceof Answer.Matrix a && reference instanceof Answer.Matrix b) {
      if (a.rows().size() != b.rows().size()) {
        return false;
      }
      for (int i = 0; i < a.rows().size(); i++) {
        if (!several.inOrder(a.rows().get(i), b.rows().get(i))) {
          return false;
        }
      }
      return true;
    }
    Answer.Matrix matrix = (Answer.Matrix) (answer instanceof Answer.Matrix ? answer : reference);
    Answer other = answer instanceof Answer.Matrix ? reference : answer;
    List<Answer> vector = new ArrayList<>();
    matrix.rows().forEach(vector::addAll);
    boolean isVector = matrix.rows().size() == 1 || matrix.rows().get(0).size() == 1;
    return isVector
        && vector.size() > 1
        && other instanceof Answer.Many many
        && many.kind() == Answer.Many.Kind.TUPLE
        && ManyComparer.isOpen(many)
        && several.inOrder(vector, many.items());
  }
}
