package io.sapo.verifier.math;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether tokens name what they say the value of. */
final class Names {
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
          "min",
          "det",
          "dim",
          "ker",
          "deg",
          "arg");
  private static final Set<String> GEOMETRIC =
      Set.of("angle", "triangle", "overline", "vec", "overrightarrow", "bar");
  private static final Set<String> OPERATIONS = Set.of("lim", "sum", "prod", "int", "iint", "oint");
  private static final Set<String> BETWEEN_NAMES =
      Set.of(":", "_", "'", ")", "]", "}", "|", "^", "\u222a", "\u2229", "\u2216");
  private static final Pattern DERIVATIVE =
      Pattern.compile(
          "frac\\{d(?:\\^\\{?[0-9]\\}?)?[a-zA-Z]\\}\\{d[a-z](?:\\^\\{?[0-9]\\}?)?\\}(?:\\|_\\{[^{}]*+\\})?");

  /** What an operator or a composition of functions is applied to: (f \circ g)(x). */
  private static final Pattern APPLIED =
      Pattern.compile("frac\\{d\\}\\{d[a-z]\\}.++|\\([a-zA-Z]\u00b0[a-zA-Z]\\)\\([a-z0-9]++\\)");

  private static final Set<String> SOLVED_FOR =
      Set.of("pi", "e", "i", "x", "y", "z", "t", "n", "m", "k");

  private static final Set<String> FUNCTIONS = Set.of("f", "g", "h", "F", "G", "p", "q", "P", "Q");

  private Names() {}

  /** Whether the tokens name something: x, f(x), \angle ABC, (p, q), \text{Area}, a_1. */
  static boolean isName(List<Token> tokens) {
    if (tokens.isEmpty()) {
      return false;
    }
    if (tokens.size() == 1 && Set.of("max", "min").contains(tokens.get(0).text())
        || isDerivative(tokens)
        || isSumOfAngles(tokens)
        || isFunctionOfNames(tokens)
        || isOperation(tokens.get(0))
        || isMatrixOfNames(tokens)
        || isRatioOfAreas(tokens)
        || APPLIED.matcher(Tokens.text(tokens)).matches()
        || tokens.size() > 1 && tokens.stream().anyMatch(token -> token.isSign("\u2026"))) {
      return true;
    }
    if (tokens.get(0).isSign("[") && !isArea(tokens)
        || tokens.get(0).isSign("(") && !isTupleOfNames(tokens)) {
      return false;
    }
    if (tokens.stream().anyMatch(Phrases::denies)) {
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
        boolean angle = i > 0 && tokens.get(i - 1).is(Token.Kind.COMMAND, "angle");
        if (!index && !angle && !(named && depth > 0)) {
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

  /**
   * \sin A, \cos \angle BAC, \log_a b; of no number, which would be a calculation, and of no x,
   * which would be an equation to solve.
   */
  private static boolean isFunctionOfNames(List<Token> tokens) {
    if (!Vocabulary.isFunction(tokens.get(0)) || tokens.size() < 2) {
      return false;
    }
    int names = 0;
    for (int i = 1; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean index = tokens.get(i - 1).isSign("_") && token.kind() != Token.Kind.SIGN;
      boolean name = token.kind() == Token.Kind.NAME && !SOLVED_FOR.contains(token.text());
      boolean part =
          token.is(Token.Kind.COMMAND, "angle") || Set.of("(", ")", "_").contains(token.text());
      if (!index && !name && !part) {
        return false;
      }
      names += name && !index ? 1 : 0;
    }
    return names > 0;
  }

  private static boolean isSumOfAngles(List<Token> tokens) {
    return tokens.size() > 2
        && tokens.stream().anyMatch(token -> token.is(Token.Kind.COMMAND, "angle"))
        && isSum(tokens);
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

  /** [ABC]. */
  private static boolean isArea(List<Token> tokens) {
    return tokens.size() > 3
        && tokens.get(0).isSign("[")
        && Tokens.enclosed(tokens)
        && Tokens.inner(tokens).stream().allMatch(token -> token.kind() == Token.Kind.NAME);
  }

  /** [ABC]/[DEF] and the same as a fraction. */
  private static boolean isRatioOfAreas(List<Token> tokens) {
    if (tokens.get(0).is(Token.Kind.COMMAND, "frac")) {
      List<Token> parts = tokens.subList(1, tokens.size());
      int end = 0;
      for (int depth = 0; end < parts.size(); end++) {
        depth += Tokens.change(parts.get(end));
        if (depth == 0) {
          break;
        }
      }
      return end + 1 < parts.size()
          && isAreaInBraces(parts.subList(0, end + 1))
          && isAreaInBraces(parts.subList(end + 1, parts.size()));
    }
    List<Tokens.Piece> areas = Tokens.split(tokens, Set.of("/", ":"));
    return areas.size() > 1 && areas.stream().allMatch(area -> isArea(area.tokens()));
  }

  private static boolean isAreaInBraces(List<Token> tokens) {
    return Tokens.enclosed(tokens) && tokens.get(0).isSign("{") && isArea(Tokens.inner(tokens));
  }

  static boolean isDerivative(List<Token> tokens) {
    return tokens.get(0).is(Token.Kind.COMMAND, "frac")
        && DERIVATIVE.matcher(Tokens.text(tokens)).matches();
  }

  private static boolean isInverse(List<Token> tokens, int at) {
    return at + 2 < tokens.size()
        && tokens.get(at).isSign("{")
        && tokens.get(at + 1).isSign("-")
        && tokens.get(at + 2).is(Token.Kind.NUMBER, "1");
  }

  /** a + b, ab, |a - b|, f(2) + g(3): what may have been asked for, not an equation to solve. */
  static boolean isSum(List<Token> tokens) {
    int last = tokens.size() - 1;
    if (last > 2 && tokens.get(0).isSign("|") && tokens.get(last).isSign("|")) {
      return isSum(Tokens.inner(tokens));
    }
    if (tokens.get(0).isSign("-") || isPower(tokens)) {
      return false;
    }
    if (isMean(tokens)) {
      return true;
    }
    int applied = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean argument = applied > 0;
      if (token.isSign("(") && i > 0 && FUNCTIONS.contains(tokens.get(i - 1).text()) || argument) {
        applied += Tokens.change(token);
        argument = true;
      }
      if (!argument && !isPart(tokens, i)) {
        return false;
      }
    }
    return applied == 0;
  }

  /** A sum of several names over a number, (m+n)/2, which is no equation for one of them. */
  private static boolean isMean(List<Token> tokens) {
    int size = tokens.size();
    if (size < 9
        || !tokens.get(0).is(Token.Kind.COMMAND, "frac")
        || !tokens.get(size - 1).isSign("}")
        || !tokens.get(size - 2).isWholeNumber()
        || !tokens.get(size - 3).isSign("{")
        || !Tokens.enclosed(tokens.subList(1, size - 3))) {
      return false;
    }
    List<Token> top = Tokens.inner(tokens.subList(1, size - 3));
    long names =
        top.stream()
            .filter(token -> token.kind() == Token.Kind.NAME)
            .map(Token::text)
            .distinct()
            .count();
    return names > 1 && isSum(top);
  }

  private static boolean isPart(List<Token> tokens, int at) {
    Token token = tokens.get(at);
    boolean exponent =
        token.isSign("^")
            || token.isWholeNumber()
                && at > 0
                && (tokens.get(at - 1).isSign("^")
                    || at > 1 && tokens.get(at - 1).isSign("{") && tokens.get(at - 2).isSign("^"));
    boolean index = token.isWholeNumber() && at > 0 && tokens.get(at - 1).isSign("_");
    return exponent
        || index
        || token.kind() == Token.Kind.NAME
        || token.kind() == Token.Kind.WORD
        || token.is(Token.Kind.COMMAND, "frac")
        || token.kind() == Token.Kind.COMMAND && GEOMETRIC.contains(token.text())
        || Set.of("+", "-", "*", "/", "{", "}", "_").contains(token.text());
  }

  /** n^2 alone, which says what n is rather than what was asked for. */
  private static boolean isPower(List<Token> tokens) {
    return tokens.size() > 2
        && tokens.get(1).isSign("^")
        && (tokens.size() == 3 || Tokens.enclosed(tokens.subList(2, tokens.size())));
  }
}
