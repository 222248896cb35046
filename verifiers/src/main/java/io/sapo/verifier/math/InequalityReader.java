package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Solves inequalities that are linear in one variable; keeps others as they stand. */
final class InequalityReader {
  private final AnswerReader reader;
  private final Budget budget;

  InequalityReader(AnswerReader reader, Budget budget) {
    this.reader = reader;
    this.budget = budget;
  }

  Answer read(List<Tokens.Piece> sides) throws UnreadableException {
    List<Answer> parts = new ArrayList<>();
    for (int i = 1; i < sides.size(); i++) {
      String relation = sides.get(i).separator();
      Fraction left = reader.fraction(sides.get(i - 1).tokens());
      Fraction right = reader.fraction(sides.get(i).tokens());
      if (relation.startsWith(">")) {
        Fraction swapped = left;
        left = right;
        right = swapped;
      }
      parts.add(between(left, right, relation));
    }
    return parts.size() == 1 ? named(parts.get(0)) : chain(parts);
  }

  private static Answer named(Answer part) throws UnreadableException {
    if (part instanceof Answer.Reals reals && reals.variable().isEmpty()) {
      throw new UnreadableException("it compares numbers");
    }
    return part;
  }

  /** Conditions on one variable are one set; others stand side by side: a < b < c. */
  private Answer chain(List<Answer> parts) throws UnreadableException {
    RealSet set = RealSet.ALL;
    String variable = "";
    for (Answer part : parts) {
      boolean other =
          !(part instanceof Answer.Reals reals)
              || !variable.isEmpty()
                  && !reals.variable().isEmpty()
                  && !variable.equals(reals.variable());
      if (other) {
        return new Answer.Many(Answer.Many.Kind.LIST, "", "", parts);
      }
      Answer.Reals reals = (Answer.Reals) part;
      variable = variable.isEmpty() ? reals.variable() : variable;
      set = set.intersection(reals.set(), budget);
    }
    return named(new Answer.Reals(set, variable));
  }

  /** left &lt; right, or with another relation. */
  private Answer between(Fraction left, Fraction right, String relation)
      throws UnreadableException {
    if (left.has(Atom.Kind.INFINITY) || right.has(Atom.Kind.INFINITY)) {
      return new Answer.Reals(RealSet.ALL, "");
    }
    Fraction difference = left.minus(right, budget);
    RelationReader.Linear linear = RelationReader.Linear.of(difference, budget);
    if (linear != null) {
      return solution(linear, relation);
    }
    boolean ordering = relation.startsWith("<") || relation.startsWith(">");
    if (ordering && (absolute(left) != null || absolute(right) != null)) {
      return around(left, right, relation.endsWith("=") ? "<=" : "<");
    }
    if (!ordering || difference.denominator() != Polynomial.ONE || difference.isConstant()) {
      throw new UnreadableException("its relation '" + relation + "' cannot be solved");
    }
    return new Answer.Relation(
        difference.numerator(), false, !relation.endsWith("="), right, false);
  }

  /** |a| below b is a below b and −b below a; |a| above b one or the other. */
  private Answer around(Fraction left, Fraction right, String relation) throws UnreadableException {
    boolean below = absolute(left) != null;
    Fraction inner = below ? absolute(left) : absolute(right);
    Fraction bound = below ? right : left;
    Fraction opposite = bound.negate(budget);
    Answer upper = below ? between(inner, bound, relation) : between(bound, inner, relation);
    Answer lower = below ? between(opposite, inner, relation) : between(inner, opposite, relation);
    if (bound.isConstant()
        && upper instanceof Answer.Reals a
        && lower instanceof Answer.Reals b
        && a.variable().equals(b.variable())) {
      return new Answer.Reals(
          below ? a.set().intersection(b.set(), budget) : a.set().union(b.set(), budget),
          a.variable());
    }
    throw new UnreadableException("its absolute value cannot be solved");
  }

  /** What an absolute value is of; null where the fraction is none. */
  private static Fraction absolute(Fraction fraction) {
    if (fraction.denominator() != Polynomial.ONE
        || !fraction.numerator().isSingle()
        || !fraction.numerator().terms().values().iterator().next().isOne()) {
      return null;
    }
    Map<Atom, Rational> powers = fraction.numerator().terms().firstKey().powers();
    Map.Entry<Atom, Rational> only =
        powers.size() == 1 ? powers.entrySet().iterator().next() : null;
    return only != null
            && only.getValue().isOne()
            && only.getKey().kind() == Atom.Kind.CALL
            && only.getKey().name().equals("abs")
        ? only.getKey().arguments().get(0)
        : null;
  }

  private Answer solution(RelationReader.Linear linear, String relation)
      throws UnreadableException {
    Fraction bound = linear.rest().over(linear.slope(), budget).negate(budget);
    RealSet.End end = RealSet.End.of(bound, budget);
    boolean closed = relation.endsWith("=") && !relation.equals("!=");
    if (relation.equals("!=") || relation.equals("=") || relation.equals("\u2248")) {
      RealSet point = RealSet.interval(end, true, end, true, budget);
      return new Answer.Reals(
          relation.equals("!=") ? point.complement(budget) : point, linear.variable());
    }
    RealSet set =
        new Equivalence(budget).sign(linear.slope()) > 0
            ? RealSet.interval(RealSet.End.LOWEST, false, end, closed, budget)
            : RealSet.interval(end, closed, RealSet.End.HIGHEST, false, budget);
    return new Answer.Reals(set, linear.variable());
  }
}
