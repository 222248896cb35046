package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads equations, chains of equal values, inequalities and memberships. */
final class RelationReader {
  private static final Set<String> EQUAL = Set.of("=", "\u2248");
  private static final int MAX_PLACES = 60;

  private final AnswerReader reader;
  private final Budget budget;

  RelationReader(AnswerReader reader, Budget budget) {
    this.reader = reader;
    this.budget = budget;
  }

  /**
   * @param pieces the sides, each with the relation before it
   */
  Answer read(List<Tokens.Piece> pieces) throws UnreadableException {
    List<Tokens.Piece> sides = new ArrayList<>(pieces);
    if (sides.get(0).tokens().isEmpty() && EQUAL.contains(sides.get(1).separator())) {
      sides.remove(0);
    }
    for (Tokens.Piece side : sides) {
      if (side.tokens().isEmpty()) {
        throw new UnreadableException("a side of a relation is missing");
      }
    }
    if (sides.size() == 1) {
      return reader.read(sides.get(0).tokens());
    }
    String relation = sides.get(1).separator();
    boolean equal =
        sides.subList(1, sides.size()).stream().allMatch(side -> EQUAL.contains(side.separator()));
    if (equal) {
      return equality(sides);
    }
    if (relation.equals("\u2209") && sides.size() == 2) {
      RealSet out = new Joining(budget).reals(reader.read(sides.get(1).tokens()));
      return member(sides.get(0).tokens(), new Answer.Reals(out.complement(budget), ""));
    }
    if (relation.equals("\u2208") && sides.size() == 2) {
      return member(sides.get(0).tokens(), reader.read(sides.get(1).tokens()));
    }
    return new InequalityReader(reader, budget).read(sides);
  }

  private static Answer member(List<Token> name, Answer set) throws UnreadableException {
    if (!Names.isName(name)) {
      throw new UnreadableException("what is a member has no name");
    }
    return set instanceof Answer.Reals reals
        ? new Answer.Reals(reals.set(), Tokens.text(name))
        : set;
  }

  private Answer equality(List<Tokens.Piece> sides) throws UnreadableException {
    List<Token> first = sides.get(0).tokens();
    List<Token> last = sides.get(sides.size() - 1).tokens();
    if (Names.isName(first)) {
      Answer one = named(first, sides);
      List<Answer> all = allOf(sides, one);
      return all.size() < 2
          ? one
          : new Answer.Rounded(one, new Answer.Many(Answer.Many.Kind.LIST, "", "", all));
    }
    if (sides.size() == 2 && Names.isName(last)) {
      return named(last, List.of(sides.get(1), new Tokens.Piece("=", first)));
    }
    Answer value = sides.size() == 2 ? inTwoBases(first, last) : null;
    value = value == null ? chain(sides) : value;
    if (value != null) {
      return value;
    }
    if (sides.size() > 2 && Names.isSum(first)) {
      value = chain(sides.subList(1, sides.size()));
    }
    if (sides.size() > 2 && !(value instanceof Answer.Value)) {
      throw new UnreadableException("its sides are not equal");
    }
    if (sides.size() == 2 && Names.isSum(first) && Tokens.enclosed(last)) {
      Answer vector = reader.read(last);
      if (vector instanceof Answer.Many || vector instanceof Answer.Matrix) {
        return new Answer.Named(Tokens.text(first), vector, null);
      }
    }
    Fraction left = reader.fraction(first);
    Fraction right = reader.fraction(last);
    if (left.isConstant() && right.isConstant()) {
      throw new UnreadableException("its sides are not equal");
    }
    return new Answer.Relation(
        left.minus(right, budget).numerator(), true, false, right, Names.isSum(first));
  }

  /** Of x = y = z = 1 each with the value; empty where a side but the last is no single letter. */
  private List<Answer> allOf(List<Tokens.Piece> sides, Answer one) {
    List<Answer> all = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    for (Tokens.Piece side : sides.subList(0, sides.size() - 1)) {
      boolean letter = side.tokens().size() == 1 && Names.isName(side.tokens());
      if (!letter || !(one instanceof Answer.Named named)) {
        return List.of();
      }
      String name = side.tokens().get(0).text();
      names.add(name);
      all.add(new Answer.Named(name, named.value(), null));
    }
    return names.size() == all.size() ? all : List.of();
  }

  /** 54 = 110110_2, which is either; null where no side names its base. */
  private Answer inTwoBases(List<Token> first, List<Token> last) throws UnreadableException {
    if (first.stream().noneMatch(token -> token.isSign("_"))
        && last.stream().noneMatch(token -> token.isSign("_"))) {
      return null;
    }
    Answer.Based a = Bases.read(first, budget);
    Answer.Based b = Bases.read(last, budget);
    if (a == null && b == null) {
      return null;
    }
    Fraction left = a == null ? reader.fraction(first) : a.value();
    Fraction right = b == null ? reader.fraction(last) : b.value();
    if (!new Equivalence(budget).same(left, right)) {
      throw new UnreadableException("its sides are not equal");
    }
    return new Answer.Rounded(
        a == null ? new Answer.Value(left, Units.NONE) : a,
        b == null ? new Answer.Value(right, Units.NONE) : b);
  }

  /** name = value, or name = … = value where what is between equals it. */
  private Answer named(List<Token> name, List<Tokens.Piece> sides) throws UnreadableException {
    List<Tokens.Piece> values = sides.subList(1, sides.size());
    while (values.size() > 1 && isInWords(values.get(0).tokens())) {
      values = values.subList(1, values.size());
    }
    Answer value = values.size() == 1 ? reader.read(values.get(0).tokens()) : chain(values);
    if (value == null) {
      value = lastOfFormula(values);
    }
    Polynomial equation = null;
    if (value instanceof Answer.Value of && !Names.isDerivative(name)) {
      try {
        Fraction left = reader.fraction(name);
        SortedSet<Atom> defined = named(name);
        boolean circular = of.fraction().atoms().stream().anyMatch(defined::contains);
        equation = left.minus(of.fraction(), budget).numerator();
        if (circular) {
          return new Answer.Relation(equation, true, false, of.fraction(), false);
        }
      } catch (UnreadableException e) {
        // A name that is no expression: the value alone counts.
      }
    }
    return new Answer.Named(Tokens.text(name), value, equation);
  }

  /** Whether it is another name that is no expression: area = base times height = 5. */
  private static boolean isInWords(List<Token> tokens) {
    return Names.isName(tokens)
        && tokens.stream().anyMatch(token -> token.kind() == Token.Kind.WORD);
  }

  /** What a definition may not use: the function of f(x), else all variables of the name. */
  private SortedSet<Atom> named(List<Token> name) throws UnreadableException {
    boolean applied = name.size() > 1 && Tokens.text(name).contains("(");
    return reader.fraction(applied ? name.subList(0, 1) : name).atoms();
  }

  /** S = ½bh = 30: the sides with variables are a formula, the numbers behind it must agree. */
  private Answer lastOfFormula(List<Tokens.Piece> values) throws UnreadableException {
    Answer value = null;
    Fraction constant = null;
    for (Tokens.Piece side : values) {
      value = reader.read(side.tokens());
      if (!(value instanceof Answer.Value of)) {
        throw new UnreadableException("its sides are not equal");
      }
      if (of.fraction().isConstant()) {
        if (constant != null && !new Equivalence(budget).same(constant, of.fraction())) {
          throw new UnreadableException("its sides are not equal");
        }
        constant = of.fraction();
      } else if (constant != null) {
        throw new UnreadableException("it ends in a formula");
      }
    }
    return value;
  }

  /** The value of sides that are equal, or null. */
  private Answer chain(List<Tokens.Piece> sides) throws UnreadableException {
    Answer previous = null;
    Answer result = null;
    for (Tokens.Piece side : sides) {
      Answer next = reader.read(side.tokens());
      if (!(next instanceof Answer.Value value)) {
        return null;
      }
      if (previous instanceof Answer.Value before) {
        boolean rounded = side.separator().equals("\u2248");
        if (!(rounded
            ? isRounded(before.fraction(), value.fraction())
            : new Equivalence(budget).same(share(before, value), share(value, before)))) {
          return null;
        }
        result = rounded ? new Answer.Rounded(before, value) : result == null ? value : result;
      }
      previous = next;
    }
    return result instanceof Answer.Rounded ? result : previous;
  }

  /** Percents as a share of one where the other side has none. */
  private Fraction share(Answer.Value value, Answer.Value other) throws UnreadableException {
    Fraction fraction = value.fraction();
    return fraction.mentions(Atom.PERCENT) && !other.fraction().mentions(Atom.PERCENT)
        ? Substitution.replace(fraction, Atom.PERCENT, Substitution.PERCENT_AS_SHARE, budget)
        : fraction;
  }

  /**
   * Whether the second is the first, rounded to the decimals it has; no wider, or it is a guess.
   */
  private boolean isRounded(Fraction exact, Fraction rounded) throws UnreadableException {
    if (!exact.isConstant() || !rounded.isRational()) {
      return false;
    }
    BigInteger unit = BigInteger.ONE;
    int places = 0;
    while (unit.mod(rounded.rational().denominator()).signum() != 0) {
      unit = unit.multiply(BigInteger.TEN);
      if (++places > MAX_PLACES) {
        return false;
      }
    }
    Fraction half = Fraction.of(Rational.of(BigInteger.ONE, unit.shiftLeft(1)));
    Fraction error = new Functions(budget).call("abs", exact.minus(rounded, budget));
    return new Equivalence(budget).sign(half.minus(error, budget)) >= 0;
  }

  /** The coefficient of a variable and the rest, where an expression is linear in it. */
  record Linear(String variable, Fraction slope, Fraction rest) {
    /** Null where the expression is not linear in one variable. */
    static Linear of(Fraction fraction, Budget budget) throws UnreadableException {
      List<Atom> variables =
          fraction.atoms().stream().filter(a -> a.kind() == Atom.Kind.VARIABLE).toList();
      if (variables.size() != 1 || fraction.denominator() != Polynomial.ONE) {
        return null;
      }
      Atom variable = variables.get(0);
      Fraction slope = Fraction.ZERO;
      Fraction rest = Fraction.ZERO;
      for (Map.Entry<Monomial, Rational> term : fraction.numerator().terms().entrySet()) {
        Fraction value = Fraction.of(Polynomial.of(term.getValue(), term.getKey()));
        Rational exponent = term.getKey().powers().get(variable);
        if (exponent == null) {
          rest = rest.plus(value, budget);
        } else if (exponent.isOne()) {
          slope = slope.plus(value.over(Fraction.of(variable), budget), budget);
        } else {
          return null;
        }
      }
      boolean linear = slope.isConstant() && rest.isConstant() && !slope.numerator().isZero();
      return linear ? new Linear(variable.name(), slope, rest) : null;
    }
  }
}
