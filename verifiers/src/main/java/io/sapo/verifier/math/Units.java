package io.sapo.verifier.math;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The words behind a value: a multiplier (million), units, or a noun.
 *
 * @param multiplier what the words multiply the value with
 * @param dimensions exponents of the base units; of a noun none
 * @param factor of the unit, in base units
 * @param noun what is counted, in lower case and without an s at its end; of units none
 * @param nouns all words of what is counted, likewise
 * @param measures base units of those words that are surely units, nouns beside them or not
 * @param known whether all words are units, so that another unit contradicts them
 * @param counted whether all words are nouns that name a thing: apples, but not (square) units
 * @param sense the word that has an opposite: increase, north, more; or none
 */
record Units(
    Rational multiplier,
    SortedMap<String, Integer> dimensions,
    Rational factor,
    String noun,
    SortedSet<String> nouns,
    SortedSet<String> measures,
    boolean known,
    boolean counted,
    String sense) {
  static final Units NONE =
      new Units(
          Rational.ONE,
          new TreeMap<>(),
          Rational.ONE,
          "",
          new TreeSet<>(),
          new TreeSet<>(),
          false,
          false,
          "");

  /** Units that a sign of degrees may stand for. */
  static final Set<String> OF_ANGLE_OR_HEAT = Set.of("rad", "celsius", "fahrenheit", "K");

  private static final int MAX_NOUNS = 5;
  private static final int MAX_EXPONENT = 9;

  /** Letters of a word that is no other word: in and a may be. */
  private static final int LEAST_OF_UNIT = 4;

  private static final Map<String, Rational> MULTIPLIERS =
      Map.of(
          "hundred",
          Rational.of(100),
          "thousand",
          Rational.of(1000),
          "million",
          Rational.of(1_000_000),
          "billion",
          Rational.of(1_000_000_000),
          "trillion",
          Rational.of(1_000_000_000_000L),
          "dozen",
          Rational.of(12));

  static boolean isMultiplier(String lower) {
    return MULTIPLIERS.containsKey(lower);
  }

  Units withoutMultiplier() {
    return new Units(
        Rational.ONE, dimensions, factor, noun, nouns, measures, known, counted, sense);
  }

  boolean isNone() {
    return dimensions.isEmpty() && !known && multiplier.isOne();
  }

  /** Reads all of the tokens; empty where they say anything else. */
  static Optional<Units> read(List<Token> tokens) {
    return new Reader(tokens).read();
  }

  private static final class Reader {
    private final List<Token> tokens;
    private final SortedMap<String, Integer> dimensions = new TreeMap<>();
    private Rational factor = Rational.ONE;
    private Rational multiplier = Rational.ONE;
    private int at;
    private final SortedSet<String> things = new TreeSet<>();
    private final SortedSet<String> measures = new TreeSet<>();
    private String noun = "";
    private int nouns;
    private int units;
    private boolean anyUnit;
    private String sense = "";
    private int sign = 1;
    private int power = 1;

    Reader(List<Token> tokens) {
      this.tokens = tokens;
    }

    Optional<Units> read() {
      while (at < tokens.size()) {
        if (!step()) {
          return Optional.empty();
        }
      }
      boolean known = units > 0 && nouns == 0;
      return Optional.of(
          new Units(
              multiplier,
              known ? dimensions : new TreeMap<>(),
              known ? factor : Rational.ONE,
              known ? "" : noun,
              known ? new TreeSet<>() : things,
              measures,
              known,
              units == 0 && nouns > 0 && !anyUnit,
              sense));
    }

    private boolean step() {
      Token token = tokens.get(at++);
      String text = token.text();
      if (token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.NAME) {
        return word(token, text.toLowerCase(Locale.ROOT));
      }
      if (token.is(Token.Kind.COMMAND, "min")) {
        return unit(UnitTable.of("min"));
      }
      if (token.isSign("/")) {
        sign = -1;
        return units + nouns > 0;
      }
      return token.isSign("(")
          || token.isSign(")")
          || token.isSign(".")
          || token.isSign("*")
          || token.isSign("-") && nouns > 0;
    }

    private boolean word(Token token, String lower) {
      if (MULTIPLIERS.containsKey(lower)) {
        multiplier = multiplier.times(MULTIPLIERS.get(lower));
        return units + nouns == 0 && at <= 2;
      }
      if (lower.equals("per")) {
        sign = -1;
        return units + nouns > 0 || at == 1;
      }
      if (lower.equals("squared")) {
        return units > 0 || nouns > 0;
      }
      if (lower.equals("square")
          || lower.equals("sq")
          || lower.equals("cubic")
          || lower.equals("cu")) {
        power = lower.startsWith("s") ? 2 : 3;
        return true;
      }
      if (lower.equals("mph") || UnitTable.KILOMETERS_PER_HOUR.contains(lower)) {
        sign = 1;
        return unit(UnitTable.of(lower.equals("mph") ? "mi" : "km")) && unit(UnitTable.of("h"), -1);
      }
      Optional<UnitTable.Base> base = UnitTable.base(token.text());
      if (base.isPresent()) {
        if (lower.length() >= LEAST_OF_UNIT) {
          measures.add(base.get().name());
        }
        return unit(base.get());
      }
      return noun(lower);
    }

    /** 5 more pages: what there are more or fewer of is counted. */
    private boolean isMoreOfNoun(String lower) {
      return (lower.equals("more") || lower.equals("fewer"))
          && units + nouns == 0
          && at < tokens.size()
          && tokens.get(at).kind() == Token.Kind.WORD
          && !CountingWords.saysMore(tokens.get(at).text().toLowerCase(Locale.ROOT));
    }

    private boolean noun(String lower) {
      if (isMoreOfNoun(lower)) {
        sense = lower;
        return true;
      }
      noun = lower.endsWith("s") ? lower.substring(0, lower.length() - 1) : lower;
      things.add(noun);
      sense = CountingWords.hasOpposite(lower) ? lower : sense;
      anyUnit |= CountingWords.isAnyUnit(noun);
      return !CountingWords.saysMore(lower) && ++nouns <= MAX_NOUNS && exponent() != 0;
    }

    private boolean unit(UnitTable.Base base) {
      int squared = at < tokens.size() && tokens.get(at).is(Token.Kind.WORD, "squared") ? 2 : 1;
      int written = exponent();
      return written != 0 && unit(base, written * squared * power * sign);
    }

    private boolean unit(UnitTable.Base base, int exponent) {
      units++;
      power = 1;
      if (Math.abs(exponent) > MAX_EXPONENT) {
        return false;
      }
      dimensions.merge(base.name(), base.exponent() * exponent, Integer::sum);
      dimensions.values().removeIf(value -> value == 0);
      factor = factor.times(base.factor().pow(exponent));
      return true;
    }

    /** An exponent behind a unit, 1 where there is none, 0 where it is none of a unit. */
    private int exponent() {
      boolean shortened = at + 1 < tokens.size() && tokens.get(at).isSign(".");
      int power = shortened ? at + 1 : at;
      if (power >= tokens.size() || !tokens.get(power).isSign("^")) {
        return 1;
      }
      at = power + 1;
      boolean braces = at < tokens.size() && tokens.get(at).isSign("{");
      at += braces ? 1 : 0;
      boolean negative = at < tokens.size() && tokens.get(at).isSign("-");
      at += negative ? 1 : 0;
      if (at >= tokens.size()
          || !tokens.get(at).isWholeNumber()
          || !tokens.get(at).value().isIntegerWithin(MAX_EXPONENT)) {
        return 0;
      }
      int value = tokens.get(at++).value().numerator().intValueExact();
      at += braces && at < tokens.size() && tokens.get(at).isSign("}") ? 1 : 0;
      return negative ? -value : value;
    }
  }

  /** Whether values are none of the same thing: units of different kinds, sides and km/h. */
  boolean contradicts(Units other) {
    return known && other.known && !dimensions.equals(other.dimensions)
        || !measures.isEmpty()
            && !other.measures.isEmpty()
            && Collections.disjoint(measures, other.measures)
        || CountingWords.areOpposites(sense, other.sense)
        || known && other.counted
        || counted && other.known
        || counted && other.counted && CountingWords.areOtherThings(nouns, other.nouns);
  }
}
