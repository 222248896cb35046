package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.regex.Pattern;

/** Reads equations, chains of equal values, inequalities and memberships. */
final class RelationReader {
  private static final Set<String> EQUAL = Set.of("=", "\u2248");
  private static final Set<String> NAMING =
      Set.of(
          "angle",
          "triangle",
          "overline",
          "vec",
          "hat",
          "bar",
          "tilde",
          "dot",
          "widehat",
          "max",
          "min");
  private static final Set<String> OPERATIONS = Set.of("lim", "sum", "prod", "int", "iint", "oint");
  private static final Set<String> BETWEEN_NAMES =
      Set.of("_", "'", ")", "]", "}", "|", "^", "\u222a", "\u2229", "\u2216");
  private static final Pattern DERIVATIVE =
      Pattern.compile("frac\\{d(?:\\^\\{?[0-9]\\}?)?[a-zA-Z]\\}\\{d[a-z](?:\\^\\{?[0-9]\\}?)?\\}");
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
    if (!isName(name)) {
      throw new UnreadableException("what is a member has no name");
    }
    return set instanceof Answer.Reals reals
        ? new Answer.Reals(reals.set(), Tokens.text(name))
        : set;
  }

  private Answer equality(List<Tokens.Piece> sides) throws UnreadableException {
    List<Token> first = sides.get(0).tokens();
    List<Token> last = sides.get(sides.size() - 1).tokens();
    if (isName(first)) {
      return named(first, sides);
    }
    if (sides.size() == 2 && isName(last)) {
      return named(last, List.of(sides.get(1), new Tokens.Piece("=", first)));
    }
    Answer value = chain(sides);
    if (value != null) {
      return value;
    }
    if (sides.size() > 2 && isSumOfNames(first)) {
      value = chain(sides.subList(1, sides.size()));
    }
    if (sides.size() > 2 && !(value instanceof Answer.Value)) {
      throw new UnreadableException("its sides are not equal");
    }
    Fraction left = reader.fraction(first);
    Fraction right = reader.fraction(last);
    if (left.isConstant() && right.isConstant()) {
      throw new UnreadableException("its sides are not equal");
    }
    return new Answer.Relation(
        left.minus(right, budget).numerator(), true, false, right, isSumOfNames(first));
  }

  /** name = value, or name = … = value where what is between equals it. */
  private Answer named(List<Token> name, List<Tokens.Piece> sides) throws UnreadableException {
    List<Tokens.Piece> values = sides.subList(1, sides.size());
    Answer value = values.size() == 1 ? reader.read(values.get(0).tokens()) : chain(values);
    if (value == null) {
      value = lastOfFormula(values);
    }
    Polynomial equation = null;
    if (value instanceof Answer.Value of && !isDerivative(name)) {
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
            : new Equivalence(budget).same(before.fraction(), value.fraction()))) {
          return null;
        }
        result = rounded ? new Answer.Rounded(before, value) : result == null ? value : result;
      }
      previous = next;
    }
    return result instanceof Answer.Rounded ? result : previous;
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

  /** Whether the tokens name something: x, f(x), \angle ABC, (p, q), \text{Area}, a_1. */
  static boolean isName(List<Token> tokens) {
    if (tokens.isEmpty()) {
      return false;
    }
    if (isDerivative(tokens) || isOperation(tokens.get(0)) || isMatrixOfNames(tokens)) {
      return true;
    }
    if (tokens.get(0).isSign("[") || tokens.get(0).isSign("(") && !isTupleOfNames(tokens)) {
      return false;
    }
    int depth = 0;
    boolean named = false;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean index = i > 0 && tokens.get(i - 1).isSign("_");
      depth += Tokens.change(token);
      if (token.kind() == Token.Kind.NAME
          || token.kind() == Token.Kind.WORD
          || token.is(Token.Kind.COMMAND, "angle")) {
        named = true;
      } else if (token.kind() == Token.Kind.COMMAND) {
        if (!NAMING.contains(token.text()) && depth == 0) {
          return false;
        }
      } else if (token.kind() == Token.Kind.NUMBER) {
        if (!index && !(named && depth > 0)) {
          return false;
        }
      } else if (depth == 0 && !BETWEEN_NAMES.contains(token.text())) {
        return false;
      } else if (token.isSign("^") && !isInverse(tokens, i + 1)) {
        return false;
      }
    }
    return named && depth == 0 && tokens.get(0).kind() != Token.Kind.NUMBER;
  }

  /** A limit, sum or integral is not calculated; what it is said to be counts. */
  private static boolean isOperation(Token token) {
    return token.kind() == Token.Kind.COMMAND && OPERATIONS.contains(token.text());
  }

  private static boolean isMatrixOfNames(List<Token> tokens) {
    return tokens.get(0).kind() == Token.Kind.COMMAND
        && Tokens.enclosed(tokens)
        && Tokens.inner(tokens).stream()
            .allMatch(
                token ->
                    token.kind() == Token.Kind.NAME || token.isSign("&") || token.isSign("\\\\"));
  }

  private static boolean isTupleOfNames(List<Token> tokens) {
    return Tokens.enclosed(tokens)
        && tokens.stream()
            .allMatch(
                token ->
                    token.kind() != Token.Kind.SIGN
                        || Set.of("(", ")", ",", "_", "{", "}", "'", ";").contains(token.text()));
  }

  private static boolean isDerivative(List<Token> tokens) {
    return tokens.get(0).is(Token.Kind.COMMAND, "frac")
        && DERIVATIVE.matcher(Tokens.text(tokens)).matches();
  }

  private static boolean isInverse(List<Token> tokens, int at) {
    return at + 2 < tokens.size()
        && tokens.get(at).isSign("{")
        && tokens.get(at + 1).isSign("-")
        && tokens.get(at + 2).is(Token.Kind.NUMBER, "1");
  }

  private static boolean isSumOfNames(List<Token> tokens) {
    if (tokens.get(0).isSign("-")
        || tokens.size() > 1 && tokens.get(1).isSign("^") && isPower(tokens)) {
      return false;
    }
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean exponent =
          token.isSign("^")
              || token.isWholeNumber()
                  && i > 0
                  && (tokens.get(i - 1).isSign("^")
                      || i > 1 && tokens.get(i - 1).isSign("{") && tokens.get(i - 2).isSign("^"));
      boolean part =
          exponent
              || token.kind() == Token.Kind.NAME
              || token.kind() == Token.Kind.WORD
              || token.is(Token.Kind.COMMAND, "frac")
              || Set.of("+", "-", "*", "/", "{", "}", "_").contains(token.text());
      if (!part) {
        return false;
      }
    }
    return true;
  }

  /** n^2 alone, which says what n is rather than what was asked for. */
  private static boolean isPower(List<Token> tokens) {
    return tokens.size() == 3 || Tokens.enclosed(tokens.subList(2, tokens.size()));
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
