package io.sapo.segmenter.verify.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Calculates an expression as it reads it, by recursive descent: sum → product → power → atom.
 * Products may go unwritten (2\pi), and a whole number before a proper fraction adds to it.
 */
final class ExpressionParser {
  private static final int MAX_DEPTH = 60;
  private static final Set<String> ACCENTS =
      Set.of("overline", "bar", "vec", "hat", "widehat", "tilde", "widetilde", "dot", "ddot");

  private final List<Token> tokens;
  private final boolean tightProducts;
  private final boolean lowerSign;
  private final Budget budget;
  private final Powers powers;
  private final Functions functions;
  private int at;
  private int depth;
  private int bars;
  private boolean plusMinus;
  private boolean infinite;

  /**
   * @param tightProducts whether a/bc is a/(bc)
   * @param lowerSign whether ± is taken as minus and ∓ as plus
   */
  ExpressionParser(List<Token> tokens, boolean tightProducts, boolean lowerSign, Budget budget) {
    this.tokens = new ArrayList<>(tokens);
    this.tightProducts = tightProducts;
    this.lowerSign = lowerSign;
    this.budget = budget;
    this.powers = new Powers(budget);
    this.functions = new Functions(budget);
  }

  /** The longest expression the tokens begin with. */
  Fraction parse() throws UnreadableException {
    Fraction value = sum();
    if (at < tokens.size() && (isCommand("over") || isCommand("choose"))) {
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
    return tokens.subList(at, tokens.size());
  }

  /** Whether a ± was met. */
  boolean metPlusMinus() {
    return plusMinus;
  }

  private Fraction sum() throws UnreadableException {
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
  private int sign() throws UnreadableException {
    int sign = 0;
    while (at < tokens.size() && tokens.get(at).kind() == Token.Kind.SIGN) {
      int next =
          switch (tokens.get(at).text()) {
            case "+" -> 1;
            case "-" -> -1;
            case "\u00b1" -> lowerSign ? -1 : 1;
            case "\u2213" -> lowerSign ? 1 : -1;
            default -> 0;
          };
      if (next == 0) {
        break;
      }
      plusMinus |= "\u00b1\u2213".contains(tokens.get(at).text());
      sign = sign == 0 ? next : sign * next;
      budget.spend(1);
      at++;
    }
    return sign;
  }

  private Fraction product() throws UnreadableException {
    Fraction value = juxtaposed();
    while (at < tokens.size()) {
      if (take("*")) {
        value = value.times(signedFactor(), budget);
      } else if (take("/")) {
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
  private boolean startsFactor() {
    if (at >= tokens.size()) {
      return false;
    }
    Token token = tokens.get(at);
    return switch (token.kind()) {
      case NUMBER -> at > 0 && (isAt(at - 1, ")") || isAt(at - 1, "]"));
      case WORD -> false;
      case NAME -> !token.inText() || Set.of("e", "i").contains(token.text());
      case COMMAND ->
          Vocabulary.isFunction(token)
              || ACCENTS.contains(token.text())
              || Set.of("frac", "binom").contains(token.text());
      case SIGN ->
          Set.of("(", "[", "{", "\u230a", "\u2308", "\u221e").contains(token.text())
              || token.text().equals("|") && bars == 0;
    };
  }

  private boolean isAt(int index, String sign) {
    return index < tokens.size() && tokens.get(index).isSign(sign);
  }

  private boolean isCommand(String name) {
    return at < tokens.size() && tokens.get(at).is(Token.Kind.COMMAND, name);
  }

  private boolean take(String sign) {
    if (isAt(at, sign)) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(String sign) throws UnreadableException {
    if (!take(sign)) {
      throw new UnreadableException("a '" + sign + "' is missing");
    }
  }

  private Fraction power() throws UnreadableException {
    Fraction value = postfixed(atom());
    while (at < tokens.size() && isAt(at, "^")) {
      at++;
      if (takeDegree()) {
        value = value.times(Fraction.of(Atom.DEGREE), budget);
      } else {
        value = powers.power(value, exponent());
      }
      value = postfixed(value);
    }
    return value;
  }

  private boolean takeDegree() {
    if (take("\u00b0")) {
      return true;
    }
    if (isAt(at, "{") && isAt(at + 1, "\u00b0") && isAt(at + 2, "}")) {
      at += 3;
      return true;
    }
    return false;
  }

  private Fraction postfixed(Fraction value) throws UnreadableException {
    Fraction postfixed = value;
    while (true) {
      if (isAt(at, "!") && isAt(at + 1, "!")) {
        throw new UnreadableException("it has a double factorial");
      }
      if (take("!")) {
        postfixed = functions.call("factorial", postfixed);
      } else if (take("%")) {
        postfixed = postfixed.times(Fraction.of(Atom.PERCENT), budget);
      } else if (take("\u00b0")) {
        postfixed = postfixed.times(Fraction.of(Atom.DEGREE), budget);
      } else {
        return postfixed;
      }
    }
  }

  private Fraction exponent() throws UnreadableException {
    int sign = sign();
    Fraction exponent = atom();
    if (isAt(at, "^")) {
      at++;
      exponent = powers.power(exponent, exponent());
    }
    return sign < 0 ? exponent.negate(budget) : exponent;
  }

  private Fraction atom() throws UnreadableException {
    budget.spend(1);
    if (at >= tokens.size()) {
      throw new UnreadableException("it ends too early");
    }
    Token token = tokens.get(at++);
    return switch (token.kind()) {
      case NUMBER -> number(token);
      case NAME -> name(token);
      case COMMAND -> command(token);
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

  private Fraction closed(String end) throws UnreadableException {
    int outer = bars;
    bars = end.equals("|") ? bars : 0;
    Fraction value = sum();
    if (isCommand("over") || isCommand("choose")) {
      value = split(value);
    }
    bars = outer;
    expect(end);
    return value;
  }

  /** {a \over b} and {n \choose k}. */
  private Fraction split(Fraction top) throws UnreadableException {
    boolean over = isCommand("over");
    at++;
    Fraction bottom = sum();
    return over ? top.over(bottom, budget) : functions.call("binom", top, bottom);
  }

  private Fraction number(Token token) throws UnreadableException {
    if (isAt(at, "_")) {
      throw new UnreadableException("it calculates in another base");
    }
    Rational value = budget.checked(token.value());
    if (!token.isWholeNumber()) {
      return Fraction.of(value);
    }
    int start = at;
    Rational part = fractionPart();
    if (part == null || part.compareTo(Rational.ONE) >= 0 || part.signum() <= 0) {
      at = start;
      return Fraction.of(value);
    }
    return Fraction.of(value.plus(part));
  }

  /** The fraction of a mixed number: \frac{3}{4}, \frac34 or a separate 3/4; else null. */
  private Rational fractionPart() throws UnreadableException {
    if (isCommand("frac")) {
      at++;
      Token top = digits();
      Token bottom = top == null ? null : digits();
      return ratio(top, bottom);
    }
    if (at + 2 < tokens.size()
        && tokens.get(at).isWholeNumber()
        && tokens.get(at).spaced()
        && isAt(at + 1, "/")
        && tokens.get(at + 2).isWholeNumber()) {
      at += 3;
      return ratio(tokens.get(at - 3), tokens.get(at - 1));
    }
    return null;
  }

  private static Rational ratio(Token top, Token bottom) {
    return top == null || bottom == null || bottom.value().isZero()
        ? null
        : top.value().times(bottom.value().inverse());
  }

  /** An argument that is a whole number, or null. */
  private Token digits() {
    if (isAt(at, "{") && at + 2 < tokens.size() && isAt(at + 2, "}")) {
      Token number = tokens.get(at + 1);
      at += 3;
      return number.isWholeNumber() ? number : null;
    }
    if (at < tokens.size() && tokens.get(at).isWholeNumber()) {
      return firstDigit();
    }
    return null;
  }

  /** LaTeX takes one digit where braces are missing. The rest stays. */
  private Token firstDigit() {
    Token number = tokens.get(at);
    if (number.text().length() == 1) {
      at++;
      return number;
    }
    tokens.set(at, digits(number, 1, number.text().length()));
    return digits(number, 0, 1);
  }

  private static Token digits(Token number, int from, int to) {
    String text = number.text().substring(from, to);
    return new Token(
        Token.Kind.NUMBER,
        text,
        Rational.of(new java.math.BigInteger(text)),
        false,
        number.inText());
  }

  private Fraction name(Token token) throws UnreadableException {
    StringBuilder name = new StringBuilder(token.text());
    if (isAt(at, "_")) {
      at++;
      name.append('_').append(subscript());
    }
    while (take("'")) {
      name.append('\'');
    }
    return switch (name.toString()) {
      case "pi" -> Fraction.of(Atom.PI);
      case "e" -> Fraction.of(Atom.E);
      case "i" -> Fraction.of(Atom.I);
      default -> Fraction.of(Atom.variable(name.toString()));
    };
  }

  private String subscript() throws UnreadableException {
    if (!take("{")) {
      if (at >= tokens.size() || tokens.get(at).kind() == Token.Kind.SIGN) {
        throw new UnreadableException("an index is missing");
      }
      return tokens.get(at++).text();
    }
    StringBuilder index = new StringBuilder();
    while (at < tokens.size() && !isAt(at, "}")) {
      index.append(tokens.get(at++).text()).append(' ');
    }
    expect("}");
    return index.toString().strip();
  }

  private Fraction command(Token token) throws UnreadableException {
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
    StringBuilder name = new StringBuilder(accent).append('(');
    if (take("{")) {
      while (at < tokens.size() && !isAt(at, "}")) {
        name.append(tokens.get(at++).text());
      }
      expect("}");
    } else if (at < tokens.size()) {
      name.append(tokens.get(at++).text());
    }
    budget.spend(name.length());
    return Fraction.of(Atom.variable(name.append(')').toString()));
  }

  /** What \frac applies to: a group, else the next digit or atom. */
  private Fraction argument() throws UnreadableException {
    if (at < tokens.size() && tokens.get(at).isWholeNumber()) {
      return Fraction.of(firstDigit().value());
    }
    return atom();
  }

  private Fraction function(String name) throws UnreadableException {
    if (name.equals("sqrt") || name.equals("cbrt")) {
      Fraction degree = Fraction.of(name.equals("sqrt") ? 2 : 3);
      if (take("[")) {
        degree = closed("]");
      }
      return powers.root(atom(), degree);
    }
    Fraction base = name.equals("log") || name.equals("lg") ? base() : null;
    Fraction exponent = null;
    if (take("^")) {
      exponent = exponent();
    }
    if (Set.of("gcd", "lcm", "min", "max").contains(name)) {
      return functions.call(name, list());
    }
    Fraction argument = functionArgument(name);
    if (Fraction.of(-1).equals(exponent) && Functions.TRIGONOMETRIC.contains(name)) {
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
    if (!take("_")) {
      return Fraction.of(10);
    }
    boolean whole = at < tokens.size() && tokens.get(at).isWholeNumber();
    if (!whole) {
      return atom();
    }
    boolean argumentFollows = at + 1 < tokens.size() && startsArgument(at + 1);
    return Fraction.of(argumentFollows ? tokens.get(at++).value() : firstDigit().value());
  }

  private boolean startsArgument(int index) {
    Token token = tokens.get(index);
    return token.kind() != Token.Kind.SIGN || Set.of("(", "{", "[", "|").contains(token.text());
  }

  private Fraction functionArgument(String name) throws UnreadableException {
    if (isAt(at, "(") || isAt(at, "{") || isAt(at, "[")) {
      return postfixed(atom());
    }
    int sign = sign();
    Fraction argument = power();
    while (at < tokens.size() && startsFactor() && !Vocabulary.isFunction(tokens.get(at))) {
      argument = argument.times(power(), budget);
    }
    if (Functions.TRIGONOMETRIC.contains(name)
        && isAt(at, "/")
        && at + 1 < tokens.size()
        && tokens.get(at + 1).kind() == Token.Kind.NUMBER) {
      at++;
      argument = argument.over(power(), budget);
    }
    return sign < 0 ? argument.negate(budget) : argument;
  }

  private Fraction[] list() throws UnreadableException {
    List<Fraction> list = new ArrayList<>();
    expect(isAt(at, "{") ? "{" : isAt(at, "\\{") ? "\\{" : "(");
    do {
      list.add(sum());
    } while (take(","));
    if (!take(")") && !take("}") && !take("\\}")) {
      throw new UnreadableException("a ')' is missing");
    }
    return list.toArray(Fraction[]::new);
  }
}
