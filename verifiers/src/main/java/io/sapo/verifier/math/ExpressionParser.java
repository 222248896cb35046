package io.sapo.verifier.math;

import java.util.List;
import java.util.Set;

/**
 * Calculates an expression as it reads it, by recursive descent: sum → product → power → atom.
 * Products may go unwritten (2\pi), and a whole number before a proper fraction adds to it.
 */
final class ExpressionParser {
  private static final int MAX_DEPTH = 60;

  private final TokenCursor cursor;
  private final boolean tightProducts;
  private final boolean lowerSign;
  private final Budget budget;
  private final Powers powers;
  private final Functions functions;
  private final CommandParser commands;
  private int depth;
  private int bars;
  private boolean infinite;

  /**
   * @param tightProducts whether a/bc is a/(bc)
   * @param lowerSign whether ± is taken as minus and ∓ as plus
   */
  ExpressionParser(List<Token> tokens, boolean tightProducts, boolean lowerSign, Budget budget) {
    this.cursor = new TokenCursor(tokens);
    this.tightProducts = tightProducts;
    this.lowerSign = lowerSign;
    this.budget = budget;
    this.powers = new Powers(budget);
    this.functions = new Functions(budget);
    this.commands = new CommandParser(this, cursor, budget, powers, functions);
  }

  /** The longest expression the tokens begin with. */
  Fraction parse() throws UnreadableException {
    Fraction value = sum();
    if (!cursor.atEnd() && (cursor.isCommand("over") || cursor.isCommand("choose"))) {
      value = split(value);
    }
    if (infinite) {
      Fraction infinity = Fraction.of(Atom.INFINITY);
      if (!value.equals(infinity) && !value.equals(infinity.negate(budget))) {
        throw new UnreadableException("it calculates with infinity");
      }
    }
    return value;
  }

  List<Token> rest() {
    return cursor.rest();
  }

  Fraction sum() throws UnreadableException {
    budget.spend(2);
    if (++depth > MAX_DEPTH) {
      throw new UnreadableException("it is nested too deeply");
    }
    Fraction value = Fraction.ZERO;
    boolean first = true;
    while (true) {
      int sign = sign();
      if (sign == 0 && !first) {
        depth--;
        return value;
      }
      Fraction term = product();
      value = value.plus(sign < 0 ? term.negate(budget) : term, budget);
      first = false;
    }
  }

  /** Takes signs; 0 where there is none. */
  int sign() throws UnreadableException {
    int sign = 0;
    while (!cursor.atEnd() && cursor.here().kind() == Token.Kind.SIGN) {
      int next =
          switch (cursor.here().text()) {
            case "+" -> 1;
            case "-" -> -1;
            case "\u00b1" -> lowerSign ? -1 : 1;
            case "\u2213" -> lowerSign ? 1 : -1;
            default -> 0;
          };
      if (next == 0) {
        break;
      }
      sign = sign == 0 ? next : sign * next;
      budget.spend(1);
      cursor.next();
    }
    return sign;
  }

  private Fraction product() throws UnreadableException {
    Fraction value = juxtaposed();
    while (!cursor.atEnd()) {
      if (cursor.take("*")) {
        value = value.times(signedFactor(), budget);
      } else if (cursor.take("/")) {
        value = value.over(signedFactor(), budget);
      } else if (!tightProducts && startsFactor()) {
        value = value.times(power(), budget);
      } else {
        break;
      }
    }
    return value;
  }

  private Fraction signedFactor() throws UnreadableException {
    int sign = sign();
    Fraction factor = tightProducts ? juxtaposed() : power();
    return sign < 0 ? factor.negate(budget) : factor;
  }

  private Fraction juxtaposed() throws UnreadableException {
    Fraction value = power();
    while (tightProducts && startsFactor()) {
      value = value.times(power(), budget);
    }
    return value;
  }

  /** Whether a factor without a sign of multiplication begins here. */
  boolean startsFactor() {
    if (cursor.atEnd()) {
      return false;
    }
    Token token = cursor.here();
    return switch (token.kind()) {
      case NUMBER ->
          cursor.is(-1, ")")
              || cursor.is(-1, "]")
              || cursor.is(-1, "!")
              || cursor.isBehindExponent()
              || cursor.isPowerBehindName()
              || cursor.isBehindConstant();
      case WORD -> false;
      case NAME -> !token.inText() || Set.of("e", "i", "pi").contains(token.text());
      case COMMAND -> CommandParser.startsFactor(token);
      case SIGN ->
          Set.of("(", "[", "{", "\u230a", "\u2308", "\u221e").contains(token.text())
              || token.text().equals("|") && bars == 0;
    };
  }

  Fraction power() throws UnreadableException {
    Fraction value = postfixed(atom());
    while (!cursor.atEnd() && cursor.is("^")) {
      cursor.next();
      if (cursor.takeDegree()) {
        value = value.times(Fraction.of(Atom.DEGREE), budget);
      } else {
        value = powers.power(value, exponent());
      }
      value = postfixed(value);
    }
    return value;
  }

  Fraction postfixed(Fraction value) throws UnreadableException {
    Fraction postfixed = value;
    while (true) {
      if (cursor.is("!") && cursor.is(1, "!")) {
        throw new UnreadableException("it has a double factorial");
      }
      if (cursor.take("!")) {
        postfixed = functions.call("factorial", postfixed);
      } else if (cursor.take("%")) {
        postfixed = postfixed.times(Fraction.of(Atom.PERCENT), budget);
      } else if (cursor.take("\u00b0")) {
        postfixed = postfixed.times(Fraction.of(Atom.DEGREE), budget);
      } else {
        return postfixed;
      }
    }
  }

  Fraction exponent() throws UnreadableException {
    int sign = sign();
    Fraction exponent = atom();
    if (cursor.is("^")) {
      cursor.next();
      exponent = powers.power(exponent, exponent());
    }
    return sign < 0 ? exponent.negate(budget) : exponent;
  }

  Fraction atom() throws UnreadableException {
    budget.spend(1);
    if (cursor.atEnd()) {
      throw new UnreadableException("it ends too early");
    }
    Token token = cursor.next();
    return switch (token.kind()) {
      case NUMBER -> number(token);
      case NAME -> name(token);
      case COMMAND -> commands.command(token);
      case SIGN -> enclosed(token.text());
      case WORD -> throw new UnreadableException("'" + token.text() + "' stands in it");
    };
  }

  private Fraction enclosed(String opening) throws UnreadableException {
    switch (opening) {
      case "(":
        return closed(")");
      case "[":
        return closed("]");
      case "{":
        return closed("}");
      case "\u230a":
        return functions.call("floor", closed("\u230b"));
      case "\u2308":
        return functions.call("ceil", closed("\u2309"));
      case "|":
        bars++;
        Fraction inner = closed("|");
        bars--;
        return functions.call("abs", inner);
      case "\u221e":
        infinite = true;
        return Fraction.of(Atom.INFINITY);
      default:
        throw new UnreadableException("'" + opening + "' stands in it");
    }
  }

  Fraction closed(String end) throws UnreadableException {
    int outer = bars;
    bars = end.equals("|") ? bars : 0;
    Fraction value = sum();
    if (cursor.isCommand("over") || cursor.isCommand("choose")) {
      value = split(value);
    }
    bars = outer;
    cursor.expect(end);
    return value;
  }

  /** {a \over b} and {n \choose k}. */
  private Fraction split(Fraction top) throws UnreadableException {
    boolean over = cursor.isCommand("over");
    cursor.next();
    Fraction bottom = sum();
    return over ? top.over(bottom, budget) : functions.call("binom", top, bottom);
  }

  private Fraction number(Token token) throws UnreadableException {
    if (cursor.is("_")) {
      throw new UnreadableException("it calculates in another base");
    }
    Rational value = budget.checked(token.value());
    if (!token.isWholeNumber()) {
      return Fraction.of(value);
    }
    String choosing = cursor.choosing();
    if (!choosing.isEmpty()) {
      return functions.call(choosing, Fraction.of(value), Fraction.of(cursor.next().value()));
    }
    int start = cursor.at();
    Rational part = cursor.fractionPart();
    if (part == null || part.compareTo(Rational.ONE) >= 0 || part.signum() <= 0) {
      cursor.goTo(start);
      return Fraction.of(value);
    }
    return Fraction.of(value.plus(part));
  }

  private Fraction name(Token token) throws UnreadableException {
    StringBuilder name = new StringBuilder(token.text());
    if (cursor.is("_")) {
      cursor.next();
      name.append('_').append(cursor.subscript());
    }
    while (cursor.take("'")) {
      name.append('\'');
    }
    name.append(cursor.argumentOf(token));
    return switch (name.toString()) {
      case "pi" -> Fraction.of(Atom.PI);
      case "e" -> Fraction.of(Atom.E);
      case "i" -> Fraction.of(Atom.I);
      default -> Fraction.of(Atom.variable(name.toString()));
    };
  }
}
