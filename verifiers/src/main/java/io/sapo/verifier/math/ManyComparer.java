package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Lists, sets, tuples and ratios against each other and against single answers. */
final class ManyComparer {
  private final Comparer comparer;
  private final Equivalence equivalence;
  private final Budget budget;
  private final EqualityPolicy policy;

  /**
   * @param comparer of what they hold
   */
  ManyComparer(Comparer comparer, Equivalence equivalence, Budget budget, EqualityPolicy policy) {
    this.comparer = comparer;
    this.equivalence = equivalence;
    this.budget = budget;
    this.policy = policy;
  }

  boolean same(Answer answer, Answer reference) throws UnreadableException {
    if (!(answer instanceof Answer.Many a) || !(reference instanceof Answer.Many b)) {
      return one(answer, reference);
    }
    Set<Answer.Many.Kind> kinds =
        Set.of(a.kind()).equals(Set.of(b.kind())) ? Set.of(a.kind()) : Set.of(a.kind(), b.kind());
    if (kinds.contains(Answer.Many.Kind.RATIO)) {
      return kinds.size() == 1 && ratio(a.items(), b.items());
    }
    if (!kinds.contains(Answer.Many.Kind.TUPLE)) {
      boolean ordered =
          policy.lists() == EqualityPolicy.Lists.ORDERED && !kinds.contains(Answer.Many.Kind.SET);
      return ordered ? inOrder(a.items(), b.items()) : sameItems(a, b);
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
      return tuple == a ? comparer.same(tuple, only) : comparer.same(only, tuple);
    }
    return !kinds.contains(Answer.Many.Kind.SET)
        && isOpen(tuple)
        && inOrder(byName(a.items()), byName(b.items()));
  }

  /** A set holds each of its elements once; what a list repeats, the other must repeat, too. */
  private boolean sameItems(Answer.Many answer, Answer.Many reference) throws UnreadableException {
    if (isOfSeveral(answer) != isOfSeveral(reference)) {
      return inOrder(answer.items(), reference.items())
          || inOrder(byName(answer.items()), byName(reference.items()));
    }
    List<Answer> expected = distinct(reference.items());
    boolean set = answer.kind() == Answer.Many.Kind.SET || reference.kind() == Answer.Many.Kind.SET;
    return set || expected.size() == reference.items().size()
        ? inAnyOrder(distinct(answer.items()), expected)
        : inAnyOrder(answer.items(), reference.items());
  }

  /** Whether it gives values to several letters: a = 1, b = 2, but not x_1 = 1, x_2 = 2. */
  private static boolean isOfSeveral(Answer.Many many) {
    return many.items().stream().allMatch(Answer.Named.class::isInstance)
        && many.items().stream()
                .map(item -> ((Answer.Named) item).name().replaceFirst("_.*", ""))
                .distinct()
                .count()
            > 1;
  }

  /** Whether the brackets of a tuple say no more than that it is one. */
  static boolean isOpen(Answer.Many tuple) {
    boolean round = bracket(tuple.open()).equals("(") && bracket(tuple.close()).equals(")");
    boolean square = tuple.open().equals("[") && tuple.close().equals("]");
    return round || square && tuple.items().size() > 2;
  }

  private static String bracket(String bracket) {
    return bracket.equals("\u27e8") ? "(" : bracket.equals("\u27e9") ? ")" : bracket;
  }

  /** x = 3, y = 4 in the order of the names; anything else as it stands. */
  static List<Answer> byName(List<Answer> items) {
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
          && equivalence.same(top, bottom.times(value.fraction(), budget))
          && !bottom.numerator().isZero();
    }
    List<Answer> distinct =
        many.kind() == Answer.Many.Kind.RATIO || many.kind() == Answer.Many.Kind.TUPLE
            ? many.items()
            : distinct(many.items());
    return distinct.size() == 1
        && many.kind() != Answer.Many.Kind.TUPLE
        && (answered
            ? comparer.same(distinct.get(0), single)
            : comparer.same(single, distinct.get(0)));
  }

  private boolean ratio(List<Answer> a, List<Answer> b) throws UnreadableException {
    if (a.size() != b.size()) {
      return false;
    }
    if (isClock(a) && isClock(b) || hasZero(a) || hasZero(b)) {
      return inOrder(a, b);
    }
    Fraction firstA = ((Answer.Value) a.get(0)).fraction();
    Fraction firstB = ((Answer.Value) b.get(0)).fraction();
    for (int i = 0; i < a.size(); i++) {
      Fraction left = ((Answer.Value) a.get(i)).fraction().times(firstB, budget);
      Fraction right = ((Answer.Value) b.get(i)).fraction().times(firstA, budget);
      if (!equivalence.same(left, right)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasZero(List<Answer> parts) {
    return parts.stream().anyMatch(part -> ((Answer.Value) part).fraction().numerator().isZero());
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

  boolean inOrder(List<Answer> a, List<Answer> b) throws UnreadableException {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!comparer.same(a.get(i), b.get(i))) {
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

  private static boolean isSet(Answer answer) {
    return answer instanceof Answer.Many many && many.kind() == Answer.Many.Kind.SET;
  }

  /** Two red ones are not two blue ones where both are among several. */
  private static boolean countOthers(Answer a, Answer b) {
    return a instanceof Answer.Value one
        && b instanceof Answer.Value other
        && !one.units().noun().isEmpty()
        && !other.units().noun().isEmpty()
        && !one.units().noun().equals(other.units().noun());
  }

  /** Two elements of a list that cannot be compared are not the same. */
  private boolean sameOrUnknown(Answer a, Answer b) throws UnreadableException {
    if (isSet(a) != isSet(b) || countOthers(a, b)) {
      return false;
    }
    try {
      return comparer.same(a, b);
    } catch (UnreadableException e) {
      budget.spend(1);
      return false;
    }
  }
}
