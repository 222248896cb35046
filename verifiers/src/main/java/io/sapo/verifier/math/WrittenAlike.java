package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Compares answers that are words. */
final class WrittenAlike {
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");
  private static final Set<String> DAYS =
      Set.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday");

  /** Behind which a letter only says how one is called: all positive integers n. */
  private static final Set<String> COUNTED =
      Set.of("integer", "integers", "number", "numbers", "prime", "primes", "reals");

  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("\u2205", "no solution"),
          Map.entry("\\{\\}", "no solution"),
          Map.entry("no solutions", "no solution"),
          Map.entry("none", "no solution"),
          Map.entry("no solution exists", "no solution"),
          Map.entry("no solutions exist", "no solution"),
          Map.entry("there exists no solution", "no solution"),
          Map.entry("right angled triangle", "right triangle"),
          Map.entry("right angle triangle", "right triangle"),
          Map.entry("empty set", "no solution"),
          Map.entry("no such solution", "no solution"),
          Map.entry("dne", "does not exist"),
          Map.entry("doesn ' t exist", "does not exist"),
          Map.entry("undefined", "does not exist"),
          Map.entry("not defined", "does not exist"),
          Map.entry("mon", "monday"),
          Map.entry("tue", "tuesday"),
          Map.entry("tues", "tuesday"),
          Map.entry("wed", "wednesday"),
          Map.entry("thu", "thursday"),
          Map.entry("thurs", "thursday"),
          Map.entry("fri", "friday"),
          Map.entry("real numbers", "all real numbers"),
          Map.entry("R", "all real numbers"),
          Map.entry("all reals", "all real numbers"),
          Map.entry("infinite", "\u221e"),
          Map.entry("infinitely many", "\u221e"),
          Map.entry("infinitely many solutions", "\u221e"),
          Map.entry("infinite solutions", "\u221e"),
          Map.entry("infinity", "\u221e"));

  /** What the empty set may say of a question for real numbers. */
  private static final Set<String> NOTHING =
      Set.of("no real solution", "no real solutions", "no real roots", "no real numbers");

  /** Letters that stand for numbers even three in a row. */
  private static final String VARIABLES = "abcxyz";

  /** Letters of a word whose plural is surely none of another word: Mar is not Mars. */
  private static final int LEAST_FOR_PLURAL = 6;

  private WrittenAlike() {}

  /** Whether both say the same words; a reference without words is not compared this way. */
  static boolean words(List<Token> answer, List<Token> reference) {
    if (reference.size() == 1 && reference.get(0).kind() == Token.Kind.NUMBER) {
      return false;
    }
    String expected = words(reference);
    String given = words(answer);
    if (NOTHING.contains(given) && isEmptySet(reference)
        || NOTHING.contains(expected) && isEmptySet(answer)) {
      return true;
    }
    boolean wordy =
        reference.stream().anyMatch(WrittenAlike::isWord) || SYNONYMS.containsValue(expected);
    if (wordy) {
      boolean hyphens =
          answer.stream().anyMatch(token -> token.isSign("-"))
              != reference.stream().anyMatch(token -> token.isSign("-"));
      return given.equalsIgnoreCase(expected)
          || isPlural(given, expected)
          || isPlural(expected, given)
          || hyphens && given.replace(" ", "").equalsIgnoreCase(expected.replace(" ", ""));
    }
    return isLetter(reference)
        && (given.equals(expected)
            || isChoiceInParentheses(answer)
                && isChoiceInParentheses(reference)
                && given.equalsIgnoreCase(expected));
  }

  /** (b), the letter of a choice in either case. */
  private static boolean isChoiceInParentheses(List<Token> tokens) {
    return tokens.size() == 3
        && tokens.get(0).isSign("(")
        && tokens.get(1).text().matches("[A-Ja-j]")
        && tokens.get(2).isSign(")");
  }

  private static boolean isEmptySet(List<Token> tokens) {
    return Set.of("\u2205", "\\{\\}").contains(Tokens.text(tokens));
  }

  /** Whether one is the other with an s at its end: no real solutions. */
  private static boolean isPlural(String plural, String singular) {
    return singular.length() >= LEAST_FOR_PLURAL && plural.equalsIgnoreCase(singular + "s");
  }

  /** Whether both list the same words, in whatever order: John and Mary. */
  static boolean sameItems(List<Token> answer, List<Token> reference) {
    List<String> expected = items(reference);
    return expected.size() > 1 && expected.equals(items(answer));
  }

  /** Sorted, with what joins them; empty where one is no word. */
  private static List<String> items(List<Token> tokens) {
    List<String> items = new ArrayList<>();
    String joined = "and";
    boolean set = Tokens.enclosed(tokens) && tokens.get(0).isSign("\\{");
    List<Token> inner = set ? Tokens.inner(tokens) : tokens;
    for (Tokens.Piece piece : Tokens.split(inner, Set.of(",", ";", "and", "or"))) {
      joined = piece.separator().equals("or") ? "or" : joined;
      if (piece.tokens().isEmpty()) {
        continue;
      }
      if (piece.tokens().stream().noneMatch(token -> token.kind() == Token.Kind.WORD)) {
        return List.of();
      }
      String item = words(piece.tokens());
      items.add(item.length() == 1 ? item : item.toLowerCase(Locale.ROOT));
    }
    Collections.sort(items);
    if (items.size() > 1) {
      items.add(joined);
    }
    return items;
  }

  static boolean saysAllReals(List<Token> tokens) {
    return tokens.size() <= 4 && words(tokens).equals("all real numbers");
  }

  static boolean isWord(Token token) {
    return token.kind() == Token.Kind.WORD && token.text().length() > 1;
  }

  private static boolean isLetter(List<Token> tokens) {
    String letter = words(tokens);
    return letter.length() == 1 && Character.isLetter(letter.charAt(0));
  }

  private static String words(List<Token> tokens) {
    List<Token> inner =
        Tokens.enclosed(tokens) && !tokens.get(0).isSign("\\{") ? Tokens.inner(tokens) : tokens;
    boolean numbers = tokens.stream().anyMatch(token -> token.kind() == Token.Kind.NUMBER);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < inner.size(); i++) {
      Token token = inner.get(i);
      boolean word = token.kind() == Token.Kind.WORD;
      boolean hyphen =
          token.isSign("-")
              && i > 0
              && i + 1 < inner.size()
              && isWord(inner.get(i - 1))
              && isWord(inner.get(i + 1));
      boolean article =
          word
              && ARTICLES.contains(token.text().toLowerCase(Locale.ROOT))
              && i + 1 < inner.size()
              && isWord(inner.get(i + 1));
      boolean onDay =
          i == 0
              && inner.size() == 2
              && token.text().equalsIgnoreCase("on")
              && DAYS.contains(inner.get(1).text().toLowerCase(Locale.ROOT));
      boolean subject =
          i == 0
              && inner.size() == 2
              && isWord(inner.get(1))
              && Set.of("it", "they").contains(token.text().toLowerCase(Locale.ROOT));
      boolean variable =
          i > 1
              && i == inner.size() - 1
              && token.text().matches("[a-z]")
              && COUNTED.contains(inner.get(i - 1).text().toLowerCase(Locale.ROOT));
      boolean only = i > 0 && i == inner.size() - 1 && token.text().equals("only");
      boolean mark =
          token.isSign(".")
              || token.isSign("!")
              || token.isSign("?")
              || token.isSign(",") && !numbers;
      if (!hyphen && !article && !onDay && !subject && !variable && !only && !mark) {
        words.add(
            word && token.text().length() > 1
                ? token.text().toLowerCase(Locale.ROOT)
                : token.text());
      }
    }
    String joined = String.join(" ", words);
    return SYNONYMS.getOrDefault(joined.replace("\\{ \\}", "\\{\\}"), joined);
  }

  /**
   * Whether both are single bare words, which are no products: cat is not act. Two letters, or
   * letters that are commonly variables, may be.
   */
  static boolean areBareWords(List<Token> answer, List<Token> reference) {
    return isBareWord(answer) && isBareWord(reference);
  }

  private static boolean isBareWord(List<Token> tokens) {
    if (tokens.size() != 1 || tokens.get(0).kind() != Token.Kind.WORD) {
      return false;
    }
    String word = tokens.get(0).text();
    boolean variables = word.chars().allMatch(c -> VARIABLES.indexOf(c) >= 0);
    return word.length() > 2 && !variables || Set.of("no", "on", "No", "On", "NO").contains(word);
  }
}
