package io.sapo.segmenter.verify.math;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Whether an answer, as read, means the same as the reference. The policy is in docs/verifiers.md.
 */
final class Comparer {
  private final Budget budget;
  private final Equivalence equivalence;

  Comparer(Budget budget) {
    this.budget = budget;
    this.equivalence = new Equivalence(budget);
  }

  boolean same(Answer answer, Answer reference) throws UnreadableException {
    budget.spend(4);
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
      return value(a, b);
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
    return many(answer, reference);
  }

  private boolean named(Answer answer, Answer reference) throws UnreadableException {
    if (answer instanceof Answer.Named a && reference instanceof Answer.Named b) {
      return a.name().equals(b.name()) && same(a.value(), b.value())
          || a.equation() != null
              && b.equation() != null
              && proportional(a.equation(), b.equation(), true);
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

  private boolean relation(Answer answer, Answer reference) throws UnreadableException {
    if (answer instanceof Answer.Relation a && reference instanceof Answer.Relation b) {
      return a.equation() == b.equation()
          && a.strict() == b.strict()
          && proportional(a.difference(), b.difference(), a.equation());
    }
    Answer.Relation relation =
        (Answer.Relation) (answer instanceof Answer.Relation ? answer : reference);
    Answer other = answer instanceof Answer.Relation ? reference : answer;
    return relation.equation()
        && relation.sumOfNames()
        && relation.last().isConstant()
        && other instanceof Answer.Value value
        && equivalence.same(relation.last(), value.fraction());
  }

  /** Whether one is the other times a rational number, a positive one unless any sign will do. */
  private boolean proportional(Polynomial a, Polynomial b, boolean anySign)
      throws UnreadableException {
    if (a.isZero() || b.isZero() || !a.terms().keySet().equals(b.terms().keySet())) {
      return false;
    }
    Monomial first = a.terms().firstKey();
    Rational factor = a.terms().get(first).times(b.terms().get(first).inverse());
    return (anySign || factor.signum() > 0) && b.scaled(factor, budget).terms().equals(a.terms());
  }

  private boolean value(Answer.Value answer, Answer.Value reference) throws UnreadableException {
    if (answer.units().contradicts(reference.units())) {
      return false;
    }
    boolean convert = answer.units().known() && reference.units().known();
    Fraction left = convert ? inBaseUnits(answer) : answer.fraction();
    Fraction right = convert ? inBaseUnits(reference) : reference.fraction();
    for (Fraction a : unmarked(left, right)) {
      for (Fraction b : unmarked(right, left)) {
        if (equivalence.same(a, b)) {
          return true;
        }
      }
    }
    return false;
  }

  private Fraction inBaseUnits(Answer.Value value) throws UnreadableException {
    return value.fraction().times(Fraction.of(value.units().factor()), budget);
  }

  /** A sign of percent or degrees that only one side bears is a unit left out, or its value. */
  private List<Fraction> unmarked(Fraction fraction, Fraction other) throws UnreadableException {
    List<Fraction> readings = List.of(fraction);
    readings = unmarked(readings, other, Atom.PERCENT, Substitution.PERCENT_AS_SHARE);
    return unmarked(readings, other, Atom.DEGREE, Substitution.DEGREE_IN_RADIANS);
  }

  private List<Fraction> unmarked(
      List<Fraction> readings, Fraction other, Atom mark, Fraction value)
      throws UnreadableException {
    if (!readings.get(0).mentions(mark) || other.mentions(mark)) {
      return readings;
    }
    List<Fraction> unmarked = new ArrayList<>();
    for (Fraction reading : readings) {
      unmarked.add(Substitution.replace(reading, mark, Fraction.ONE, budget));
      unmarked.add(Substitution.replace(reading, mark, value, budget));
    }
    return unmarked;
  }

  /** The base is part of the answer; where only the reference has one, the digits must be its. */
  private boolean based(Answer answer, Answer reference) {
    if (answer instanceof Answer.Based a && reference instanceof Answer.Based b) {
      return a.base() == b.base() && a.digits().equals(b.digits());
    }
    Answer.Based based = (Answer.Based) (answer instanceof Answer.Based ? answer : reference);
    Answer other = answer instanceof Answer.Based ? reference : answer;
    return other instanceof Answer.Value value
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
    if (answer instanceof Answer.Value || reference instanceof Answer.Value) {
      return false;
    }
    Joining joining = new Joining(budget);
    return joining.reals(answer).same(joining.reals(reference), budget);
  }

  private boolean matrix(Answer answer, Answer reference) throws UnreadableException {
    if (answer instanceof Answer.Matrix a && reference instanceof Answer.Matrix b) {
      if (a.rows().size() != b.rows().size()) {
        return false;
      }
      for (int i = 0; i < a.rows().size(); i++) {
        if (!inOrder(a.rows().get(i), b.rows().get(i))) {
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
        && isOpen(many)
        && inOrder(vector, many.items());
  }

  private boolean many(Answer answer, Answer reference) throws UnreadableException {
    if (!(answer instanceof Answer.Many a) || !(reference instanceof Answer.Many b)) {
      return one(answer, reference);
    }
    Set<Answer.Many.Kind> kinds =
        Set.of(a.kind()).equals(Set.of(b.kind())) ? Set.of(a.kind()) : Set.of(a.kind(), b.kind());
    if (kinds.contains(Answer.Many.Kind.RATIO)) {
      return kinds.size() == 1 && ratio(a.items(), b.items());
    }
    if (!kinds.contains(Answer.Many.Kind.TUPLE)) {
      return inAnyOrder(distinct(a.items()), distinct(b.items()));
    }
    if (kinds.size() == 1) {
      boolean brackets =
          bracket(a.open()).equals(bracket(b.open()))
              && bracket(a.close()).equals(bracket(b.close()));
      return (brackets || isOpen(a) && isOpen(b)) && inOrder(a.items(), b.items());
    }
    Answer.Many tuple = a.kind() == Answer.Many.Kind.TUPLE ? a : b;
    Answer.Many other = tuple == a ? b : a;
    if (other.items().size() == 1 && other.items().get(0) instanceof Answer.Many only) {
      return tuple == a ? same(tuple, only) : same(only, tuple);
    }
    return !kinds.contains(Answer.Many.Kind.SET)
        && isOpen(tuple)
        && inOrder(byName(a.items()), byName(b.items()));
  }

  /** Whether the brackets of a tuple say no more than that it is one. */
  private static boolean isOpen(Answer.Many tuple) {
    boolean round = bracket(tuple.open()).equals("(") && bracket(tuple.close()).equals(")");
    boolean square = tuple.open().equals("[") && tuple.close().equals("]");
    return round || square && tuple.items().size() > 2;
  }

  private static String bracket(String bracket) {
    return bracket.equals("\u27e8") ? "(" : bracket.equals("\u27e9") ? ")" : bracket;
  }

  /** x = 3, y = 4 in the order of the names; anything else as it stands. */
  private static List<Answer> byName(List<Answer> items) {
    long names =
        items.stream()
            .map(item -> item instanceof Answer.Named named ? named.name() : "")
            .filter(name -> !name.isEmpty())
            .distinct()
            .count();
    if (names < items.size()) {
      return items;
    }
    return items.stream()
        .map(Answer.Named.class::cast)
        .sorted(Comparator.comparing(Answer.Named::name))
        .map(Answer.Named::value)
        .toList();
  }

  /** A set or ratio against a single value. */
  private boolean one(Answer answer, Answer reference) throws UnreadableException {
    if (answer instanceof Answer.Many many && !(reference instanceof Answer.Many)) {
      return one(many, reference, true);
    }
    return reference instanceof Answer.Many many
        && !(answer instanceof Answer.Many)
        && one(many, answer, false);
  }

  private boolean one(Answer.Many many, Answer single, boolean answered)
      throws UnreadableException {
    if (many.kind() == Answer.Many.Kind.RATIO && many.items().size() == 2) {
      Fraction top = ((Answer.Value) many.items().get(0)).fraction();
      Fraction bottom = ((Answer.Value) many.items().get(1)).fraction();
      return single instanceof Answer.Value value
          && !isClock(many.items())
          && equivalence.same(top, bottom.times(value.fraction(), budget))
          && !bottom.numerator().isZero();
    }
    List<Answer> distinct =
        many.kind() == Answer.Many.Kind.RATIO || many.kind() == Answer.Many.Kind.TUPLE
            ? many.items()
            : distinct(many.items());
    return distinct.size() == 1
        && many.kind() != Answer.Many.Kind.TUPLE
        && (answered ? same(distinct.get(0), single) : same(single, distinct.get(0)));
  }

  private boolean ratio(List<Answer> a, List<Answer> b) throws UnreadableException {
    if (a.size() != b.size()) {
      return false;
    }
    if (isClock(a) && isClock(b)) {
      return inOrder(a, b);
    }
    Fraction firstA = ((Answer.Value) a.get(0)).fraction();
    Fraction firstB = ((Answer.Value) b.get(0)).fraction();
    boolean zero = true;
    for (int i = 0; i < a.size(); i++) {
      Fraction left = ((Answer.Value) a.get(i)).fraction().times(firstB, budget);
      Fraction right = ((Answer.Value) b.get(i)).fraction().times(firstA, budget);
      zero &= left.numerator().isZero();
      if (!equivalence.same(left, right)) {
        return false;
      }
    }
    return !zero;
  }

  /** 3:45 may be a time of day. */
  private static boolean isClock(List<Answer> parts) {
    return parts.size() == 2
        && parts.get(0) instanceof Answer.Value hour
        && parts.get(1) instanceof Answer.Value minute
        && isBelow(hour, 25)
        && isBelow(minute, 60)
        && minute.fraction().rational().compareTo(Rational.of(10)) >= 0;
  }

  private static boolean isBelow(Answer.Value value, int limit) {
    return value.fraction().isRational()
        && value.fraction().rational().isIntegerWithin(limit - 1)
        && value.fraction().rational().signum() >= 0;
  }

  private boolean inOrder(List<Answer> a, List<Answer> b) throws UnreadableException {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!same(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private List<Answer> distinct(List<Answer> items) throws UnreadableException {
    List<Answer> distinct = new ArrayList<>();
    for (Answer item : items) {
      if (indexOf(item, distinct) < 0) {
        distinct.add(item);
      }
    }
    return distinct;
  }

  private boolean inAnyOrder(List<Answer> a, List<Answer> b) throws UnreadableException {
    if (a.size() != b.size()) {
      return false;
    }
    List<Answer> left = new ArrayList<>(b);
    for (Answer item : a) {
      int index = indexOf(item, left);
      if (index < 0) {
        return false;
      }
      left.remove(index);
    }
    return true;
  }

  private int indexOf(Answer item, List<Answer> among) throws UnreadableException {
    for (int i = 0; i < among.size(); i++) {
      if (sameOrUnknown(item, among.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /** Two elements of a list that cannot be compared are not the same. */
  private boolean sameOrUnknown(Answer a, Answer b) throws UnreadableException {
    try {
      return same(a, b);
    } catch (UnreadableException e) {
      budget.spend(1);
      return false;
    }
  }
}
