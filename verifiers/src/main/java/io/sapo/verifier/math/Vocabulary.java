package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Tells the words of an answer: functions, units and joining words from products of variables. */
final class Vocabulary {
  private static final Map<String, String> FUNCTIONS =
      Map.ofEntries(
          Map.entry("sin", "sin"),
          Map.entry("cos", "cos"),
          Map.entry("tan", "tan"),
          Map.entry("cot", "cot"),
          Map.entry("sec", "sec"),
          Map.entry("csc", "csc"),
          Map.entry("arcsin", "arcsin"),
          Map.entry("arccos", "arccos"),
          Map.entry("arctan", "arctan"),
          Map.entry("asin", "arcsin"),
          Map.entry("acos", "arccos"),
          Map.entry("atan", "arctan"),
          Map.entry("sinh", "sinh"),
          Map.entry("cosh", "cosh"),
          Map.entry("tanh", "tanh"),
          Map.entry("ln", "ln"),
          Map.entry("log", "log"),
          Map.entry("lg", "lg"),
          Map.entry("exp", "exp"),
          Map.entry("sqrt", "sqrt"),
          Map.entry("gcd", "gcd"),
          Map.entry("lcm", "lcm"),
          Map.entry("min", "min"),
          Map.entry("max", "max"),
          Map.entry("abs", "abs"),
          Map.entry("floor", "floor"),
          Map.entry("ceil", "ceil"),
          Map.entry("cbrt", "cbrt"),
          Map.entry("cis", "cis"));

  private static final Map<String, String> SIGNS =
      Map.of(
          "percent", "%",
          "pct", "%",
          "degrees", "\u00b0",
          "degree", "\u00b0",
          "deg", "\u00b0",
          "infinity", "\u221e",
          "inf", "\u221e",
          "oo", "\u221e");

  private static final Set<String> CURRENCIES = Set.of("Rs", "USD", "EUR", "GBP", "INR", "US");

  private static final Set<String> JOINING = Set.of("and", "or");

  private Vocabulary() {}

  static boolean isFunction(Token token) {
    return token.kind() == Token.Kind.COMMAND && FUNCTIONS.containsKey(token.text());
  }

  /** The tokens with each bare run of letters told: a known word, or one variable a letter. */
  static List<Token> told(List<Token> tokens) {
    List<Token> told = new ArrayList<>(tokens.size());
    List<Token> left = withoutCurrency(tokens);
    for (int i = 0; i < left.size(); i++) {
      Token token = left.get(i);
      if (isUnitSign(left, i)) {
        told.add(new Token(Token.Kind.WORD, token.text(), null, token.spaced(), true));
      } else if (isOhms(left, i)) {
        told.add(as(token, Token.Kind.WORD, token.text() + left.get(++i).text()));
      } else if (isMicro(left, i)) {
        told.add(as(token, Token.Kind.WORD, "\u00b5" + left.get(++i).text()));
      } else if (isSetMinus(left, i)) {
        told.add(Token.sign("\u2216", token.spaced()));
      } else if (token.kind() == Token.Kind.WORD) {
        word(token, told);
      } else if (token.kind() == Token.Kind.COMMAND && FUNCTIONS.containsKey(token.text())) {
        told.add(as(token, Token.Kind.COMMAND, FUNCTIONS.get(token.text())));
      } else {
        told.add(token);
      }
    }
    return told;
  }

  /** An ohm behind a number at the end. */
  private static boolean isUnitSign(List<Token> tokens, int at) {
    return at > 0
        && at == tokens.size() - 1
        && tokens.get(at).is(Token.Kind.NAME, "Omega")
        && tokens.get(at - 1).kind() == Token.Kind.NUMBER;
  }

  /** The minus of \mathbb{R} - \{2\}. */
  private static boolean isSetMinus(List<Token> tokens, int at) {
    return at > 0
        && at + 1 < tokens.size()
        && tokens.get(at).isSign("-")
        && tokens.get(at + 1).isSign("\\{")
        && (tokens.get(at - 1).isSign("\\}") || tokens.get(at - 1).is(Token.Kind.COMMAND, "R"));
  }

  /** The k of \text{k}\Omega. */
  private static boolean isOhms(List<Token> tokens, int at) {
    return tokens.get(at).kind() == Token.Kind.WORD
        && at + 2 == tokens.size()
        && tokens.get(at + 1).is(Token.Kind.NAME, "Omega")
        && UnitTable.isKnown(tokens.get(at).text() + "Omega");
  }

  /** The \mu of \mu\text{m}. */
  private static boolean isMicro(List<Token> tokens, int at) {
    return tokens.get(at).is(Token.Kind.NAME, "mu")
        && at + 1 < tokens.size()
        && tokens.get(at + 1).kind() == Token.Kind.WORD
        && tokens.get(at + 1).inText()
        && UnitTable.isKnown("\u00b5" + tokens.get(at + 1).text());
  }

  /** Rs. 500 and USD 500 are 500. */
  private static List<Token> withoutCurrency(List<Token> tokens) {
    if (tokens.size() < 2 || !CURRENCIES.contains(tokens.get(0).text())) {
      return tokens;
    }
    int number = tokens.get(1).isSign(".") ? 2 : 1;
    return number < tokens.size() && tokens.get(number).kind() == Token.Kind.NUMBER
        ? tokens.subList(number, tokens.size())
        : tokens;
  }

  private static void word(Token token, List<Token> told) {
    String word = token.text();
    String lower = word.toLowerCase(Locale.ROOT);
    Token before = told.isEmpty() ? null : told.get(told.size() - 1);
    if (FUNCTIONS.containsKey(word)
        && !(word.equals("min") && before != null && before.kind() == Token.Kind.NUMBER)) {
      told.add(as(token, Token.Kind.COMMAND, FUNCTIONS.get(word)));
    } else if (SIGNS.containsKey(lower)) {
      told.add(Token.sign(SIGNS.get(lower), token.spaced()));
    } else if (JOINING.contains(lower)) {
      told.add(as(token, Token.Kind.WORD, lower));
    } else if ((word.equals("C") || word.equals("F"))
        && before != null
        && before.isSign("\u00b0")) {
      // A degree of temperature.
    } else if (Symbols.GREEK.contains(lower) && word.length() > 1) {
      told.add(as(token, Token.Kind.NAME, Symbols.plainGreek(word)));
    } else if (word.length() == 1) {
      told.add(as(token, Token.Kind.NAME, word));
    } else if (token.inText() || isUnitHere(token, lower, before)) {
      told.add(token);
    } else {
      for (int i = 0; i < word.length(); i++) {
        String letter = word.substring(i, i + 1);
        told.add(new Token(Token.Kind.NAME, letter, null, i == 0 && token.spaced(), false));
      }
    }
  }

  /** A bare word is a unit or a noun only behind a value. */
  private static boolean isUnitHere(Token token, String lower, Token before) {
    if (before == null) {
      return false;
    }
    boolean behindValue =
        before.kind() == Token.Kind.NUMBER
            || before.kind() == Token.Kind.WORD
            || before.isSign(")")
            || before.isSign("}")
            || before.isSign("\u00b0")
            || before.isSign("/")
            || before.is(Token.Kind.NAME, "pi");
    boolean formula = before.is(Token.Kind.NAME, "pi") && token.text().equals("hr");
    return behindValue
        && !formula
        && (UnitTable.isKnown(token.text())
            || Units.isMultiplier(lower)
            || token.spaced() && lower.length() >= 4);
  }

  private static Token as(Token token, Token.Kind kind, String text) {
    return new Token(kind, text, null, token.spaced(), token.inText());
  }
}
