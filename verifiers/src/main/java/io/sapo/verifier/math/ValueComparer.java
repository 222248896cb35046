package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares single values: units, and signs of percent and degrees that one side leaves out. */
final class ValueComparer {
  private static final List<Fraction> SHARE = List.of(Substitution.PERCENT_AS_SHARE);

  private final Equivalence equivalence;
  private final Budget budget;
  private final EqualityPolicy policy;

  ValueComparer(Equivalence equivalence, Budget budget, EqualityPolicy policy) {
    this.equivalence = equivalence;
    this.budget = budget;
    this.policy = policy;
  }

  boolean same(Answer.Value answer, Answer.Value reference) throws UnreadableException {
    boolean missing =
        policy.units() == EqualityPolicy.Units.REQUIRED
            && reference.units().known()
            && answer.units().isNone();
    if (missing
        || answer.units().contradicts(reference.units())
        || otherMarks(answer, reference)
        || otherMarks(reference, answer)) {
      return false;
    }
    boolean convert = answer.units().known() && reference.units().known();
    Fraction left = convert ? inBaseUnits(answer) : answer.fraction();
    Fraction right = convert ? inBaseUnits(reference) : reference.fraction();
    boolean share = policy.percent() == EqualityPolicy.Percent.EITHER && isBelowOne(right);
    List<Fraction> given = unmarked(left, right, share ? SHARE : percent(), degree(reference));
    for (Fraction a : given) {
      for (Fraction b : unmarked(right, left, percent(), degree(answer))) {
        if (equivalence.same(a, b)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether one is in percent or degrees and the other in something else: 5% and 5 cm. */
  private static boolean otherMarks(Answer.Value marked, Answer.Value other) {
    boolean percent = marked.fraction().mentions(Atom.PERCENT);
    boolean degrees = marked.fraction().mentions(Atom.DEGREE);
    Set<String> units = other.units().dimensions().keySet();
    boolean counted = !other.units().noun().isEmpty();
    boolean percents = other.fraction().mentions(Atom.PERCENT);
    boolean turned = other.fraction().mentions(Atom.DEGREE);
    return percent && (turned || !units.isEmpty() || counted && !percents)
        || degrees && counted && !turned
        || degrees && units.stream().anyMatch(unit -> !Units.OF_ANGLE_OR_HEAT.contains(unit));
  }

  /** 0.5 % is no half, though 28 % may be 28. */
  private static boolean isBelowOne(Fraction reference) {
    return reference.isRational()
        && reference.rational().abs().compareTo(Rational.ONE) < 0
        && reference.rational().signum() != 0;
  }

  /** What a sign of percent may be where the other side has none. */
  private List<Fraction> percent() {
    return switch (policy.percent()) {
      case EITHER -> List.of(Fraction.ONE, Substitution.PERCENT_AS_SHARE);
      case SIGN -> List.of(Fraction.ONE);
      case VALUE -> SHARE;
    };
  }

  /** What a sign of degrees may be beside such a value. */
  private static List<Fraction> degree(Answer.Value beside) {
    return beside.units().dimensions().containsKey("rad")
        ? List.of(Substitution.DEGREE_IN_RADIANS)
        : List.of(Fraction.ONE, Substitution.DEGREE_IN_RADIANS);
  }

  private Fraction inBaseUnits(Answer.Value value) throws UnreadableException {
    return value.fraction().times(Fraction.of(value.units().factor()), budget);
  }

  /** A sign of percent or degrees that only one side bears is a unit left out, or its value. */
  private List<Fraction> unmarked(
      Fraction fraction, Fraction other, List<Fraction> percent, List<Fraction> degree)
      throws UnreadableException {
    List<Fraction> readings = unmarked(List.of(fraction), other, Atom.PERCENT, percent);
    return unmarked(readings, other, Atom.DEGREE, degree);
  }

  private List<Fraction> unmarked(
      List<Fraction> readings, Fraction other, Atom mark, List<Fraction> values)
      throws UnreadableException {
    if (!readings.get(0).mentions(mark) || other.mentions(mark)) {
      return readings;
    }
    List<Fraction> unmarked = new ArrayList<>();
    for (Fraction reading : readings) {
      for (Fraction value : values) {
        unmarked.add(Substitution.replace(reading, mark, value, budget));
      }
    }
    return unmarked;
  }
}
