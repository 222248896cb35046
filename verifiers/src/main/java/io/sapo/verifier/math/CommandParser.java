package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What begins with a command within an expression: fractions, roots, functions, accents. */
final class CommandParser {
  private static final Set<String> ACCENTS =
      Set.of("overline", "bar", "vec", "hat", "widehat", "tilde", "widetilde", "dot", "ddot");

  private final ExpressionParser expressions;
  private final TokenCursor cursor;
  private final Budget budget;
  private final Powers powers;
  private final Functions functions;

  /**
   * @param expressions reads what commands apply to, at the same cursor
   */
  CommandParser(
      ExpressionParser expressions,
      TokenCursor cursor,
      Budget budget,
      Powers powers,
      Functions functions) {
    this.expressions = expressions;
    this.cursor = cursor;
    this.budget = budget;
    this.powers = powers;
    this.functions = functions;
  }

  /** Whether a factor may begin with it. */
  static boolean startsFactor(Token token) {
    return Vocabulary.isFunction(token)
        || ACCENTS.contains(token.text())
        || Set.of("frac", "binom").contains(token.text());
  }

  Fraction command(Token token) throws UnreadableException {
    String name = token.text();
    if (name.equals("frac")) {
      Fraction top = argument();
      return top.over(argument(), budget);
    }
    if (name.equals("binom")) {
      Fraction top = argument();
      return functions.call("binom", top, argument());
    }
    if (ACCENTS.contains(name)) {
      return accented(name);
    }
    if (Vocabulary.isFunction(token)) {
      return function(name);
    }
    throw new UnreadableException("'\\" + name + "' stands in it");
  }

  /** \overline{z} and the like is a name of its own. */
  private Fraction accented(String accent) throws UnreadableException {
    if (accent.equals("overline") || accent.equals("bar")) {
      Optional<Fraction> conjugate = conjugate();
      if (conjugate.isPresent()) {
        return conjugate.get();
      }
    }
    StringBuilder name = new StringBuilder(accent).append('(');
    if (cursor.take("{")) {
      while (!cursor.atEnd() && !cursor.is("}")) {
        name.append(cursor.next().text());
      }
      cursor.expect("}");
    } else if (!cursor.atEnd()) {
      name.append(cursor.next().text());
    }
    budget.spend(name.length());
    return Fraction.of(Atom.variable(name.append(')').toString()));
  }

  /** Of a complex number that is written out; empty where a name stands there. */
  private Optional<Fraction> conjugate() {
    int start = cursor.at();
    try {
      Fraction value = expressions.atom();
      if (value.isConstant() && value.mentions(Atom.Kind.IMAGINARY)) {
        Fraction opposite = Fraction.of(Atom.I).negate(budget);
        return Optional.of(Substitution.replace(value, Atom.I, opposite, budget));
      }
    } catch (UnreadableException e) {
      // It is a name then, of whatever stands there.
    }
    cursor.goTo(start);
    return Optional.empty();
  }

  /** What \frac applies to: a group, else the next digit or atom. */
  private Fraction argument() throws UnreadableException {
    if (!cursor.atEnd() && cursor.here().isWholeNumber()) {
      return Fraction.of(cursor.firstDigit().value());
    }
    return expressions.atom();
  }

  private Fraction function(String name) throws UnreadableException {
    if (name.equals("sqrt") || name.equals("cbrt")) {
      Fraction degree = Fraction.of(name.equals("sqrt") ? 2 : 3);
      if (cursor.take("[")) {
        degree = expressions.closed("]");
      }
      return powers.root(expressions.atom(), degree);
    }
    Fraction base = name.equals("log") || name.equals("lg") ? base() : null;
    Fraction exponent = null;
    if (cursor.take("^")) {
      exponent = expressions.exponent();
    }
    if (Set.of("gcd", "lcm", "min", "max").contains(name)) {
      return functions.call(name, list());
    }
    Fraction argument = functionArgument(name);
    if (Fraction.of(-1).equals(exponent) && Trigonometry.NAMES.contains(name)) {
      return functions.call("arc" + name, argument);
    }
    Fraction value =
        switch (name) {
          case "log", "lg" -> functions.logarithm(base, argument);
          case "exp" -> powers.power(Fraction.of(Atom.E), argument);
          default -> functions.call(name, argument);
        };
    return exponent == null ? value : powers.power(value, exponent);
  }

  /** The base of a logarithm: ten where none is written, one digit where no braces are. */
  private Fraction base() throws UnreadableException {
    if (!cursor.take("_")) {
      return Fraction.of(10);
    }
    boolean whole = !cursor.atEnd() && cursor.here().isWholeNumber();
    if (!whole) {
      return expressions.atom();
    }
    boolean argumentFollows = cursor.behind() != null && startsArgument(cursor.behind());
    return Fraction.of(argumentFollows ? cursor.next().value() : cursor.firstDigit().value());
  }

  private static boolean startsArgument(Token token) {
    return token.kind() != Token.Kind.SIGN || Set.of("(", "{", "[", "|").contains(token.text());
  }

  private Fraction functionArgument(String name) throws UnreadableException {
    if (cursor.is("(") || cursor.is("{") || cursor.is("[")) {
      return expressions.postfixed(expressions.atom());
    }
    int sign = expressions.sign();
    Fraction argument = expressions.power();
    while (!cursor.atEnd() && expressions.startsFactor() && !Vocabulary.isFunction(cursor.here())) {
      argument = argument.times(expressions.power(), budget);
    }
    if (Trigonometry.NAMES.contains(name)
        && cursor.is("/")
        && cursor.behind() != null
        && cursor.behind().kind() == Token.Kind.NUMBER) {
      cursor.next();
      argument = argument.over(expressions.power(), budget);
    }
    return sign < 0 ? argument.negate(budget) : argument;
  }

  private Fraction[] list() throws UnreadableException {
    List<Fraction> list = new ArrayList<>();
    cursor.expect(cursor.is("{") ? "{" : cursor.is("\\{") ? "\\{" : "(");
    do {
      list.add(expressions.sum());
    } while (cursor.take(","));
    if (!cursor.take(")") && !cursor.take("}") && !cursor.take("\\}")) {
      throw new UnreadableException("a ')' is missing");
    }
    return list.toArray(Fraction[]::new);
  }
}
