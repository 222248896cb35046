package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A place among tokens, and what can be taken there. */
final class TokenCursor {
  private static final Set<String> FUNCTIONS = Set.of("f", "g", "h");

  private final List<Token> tokens;
  private int at;

  TokenCursor(List<Token> tokens) {
    this.tokens = new ArrayList<>(tokens);
  }

  int at() {
    return at;
  }

  void goTo(int index) {
    at = index;
  }

  boolean atEnd() {
    return at >= tokens.size();
  }

  /** The token here, which is there. */
  Token here() {
    return tokens.get(at);
  }

  /** The one behind it; null where none is. */
  Token behind() {
    return at + 1 < tokens.size() ? tokens.get(at + 1) : null;
  }

  Token next() {
    return tokens.get(at++);
  }

  List<Token> rest() {
    return tokens.subList(at, tokens.size());
  }

  /** Whether a sign stands here. */
  boolean is(String sign) {
    return isAt(at, sign);
  }

  /**
   * @param away from here, in tokens
   */
  boolean is(int away, String sign) {
    return isAt(at + away, sign);
  }

  private boolean isAt(int index, String sign) {
    return index >= 0 && index < tokens.size() && tokens.get(index).isSign(sign);
  }

  /** The (2) of f(2), which is no factor; empty where none stands here. */
  String argumentOf(Token function) {
    boolean argument =
        FUNCTIONS.contains(function.text())
            && isAt(at, "(")
            && isAt(at + 2, ")")
            && (tokens.get(at + 1).isWholeNumber() || tokens.get(at + 1).kind() == Token.Kind.NAME);
    if (!argument) {
      return "";
    }
    at += 3;
    return "(" + tokens.get(at - 2).text() + ")";
  }

  /** Whether an exponent in braces stands before. */
  boolean isBehindExponent() {
    int depth = 0;
    for (int i = at - 1; i > 0; i--) {
      depth += isAt(i, "}") ? 1 : isAt(i, "{") ? -1 : 0;
      if (depth <= 0) {
        return depth == 0 && isAt(i, "{") && isAt(i - 1, "^");
      }
    }
    return false;
  }

  /** Whether a number with an exponent stands here, right behind a name: n2^{n-1}. */
  boolean isPowerBehindName() {
    return at > 0
        && tokens.get(at - 1).kind() == Token.Kind.NAME
        && !isAt(at - 2, "_")
        && isAt(at + 1, "^");
  }

  /** Whether \pi or i stands before. */
  boolean isBehindConstant() {
    return at > 0
        && !isAt(at - 2, "_")
        && (tokens.get(at - 1).is(Token.Kind.NAME, "pi")
            || tokens.get(at - 1).is(Token.Kind.NAME, "i"));
  }

  /**
   * Takes the C of 9C4, the P of 9P4 or "choose" between two whole numbers.
   *
   * @return the function of both numbers, of which the second is next; empty where none stands here
   */
  String choosing() {
    if (at + 1 >= tokens.size() || !tokens.get(at + 1).isWholeNumber()) {
      return "";
    }
    String function =
        switch (tokens.get(at).kind() == Token.Kind.SIGN ? "" : tokens.get(at).text()) {
          case "C", "choose" -> "binom";
          case "P" -> "permutations";
          default -> "";
        };
    at += function.isEmpty() ? 0 : 1;
    return function;
  }

  boolean isCommand(String name) {
    return at < tokens.size() && tokens.get(at).is(Token.Kind.COMMAND, name);
  }

  boolean take(String sign) {
    if (isAt(at, sign)) {
      at++;
      return true;
    }
    return false;
  }

  void expect(String sign) throws UnreadableException {
    if (!take(sign)) {
      throw new UnreadableException("a '" + sign + "' is missing");
    }
  }

  boolean takeDegree() {
    if (take("\u00b0")) {
      return true;
    }
    if (isAt(at, "{") && isAt(at + 1, "\u00b0") && isAt(at + 2, "}")) {
      at += 3;
      return true;
    }
    return false;
  }

  /** The fraction of a mixed number: \frac{3}{4}, \frac34 or a separate 3/4; else null. */
  Rational fractionPart() throws UnreadableException {
    if (isAt(at, "{")
        && at + 1 < tokens.size()
        && tokens.get(at + 1).is(Token.Kind.COMMAND, "frac")) {
      at++;
      Rational part = fractionPart();
      return take("}") ? part : null;
    }
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
  Token firstDigit() {
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
        Token.Kind.NUMBER, text, Rational.of(new BigInteger(text)), false, number.inText());
  }

  String subscript() throws UnreadableException {
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
}
