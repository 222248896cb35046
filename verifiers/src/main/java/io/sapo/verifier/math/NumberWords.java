package io.sapo.verifier.math;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Whole numbers below a thousand millions and simple fractions, in English words. */
final class NumberWords {
  /** Each at its own place. */
  static final List<String> BELOW_TWENTY =
      List.of(
          "zero",
          "one",
          "two",
          "three",
          "four",
          "five",
          "six",
          "seven",
          "eight",
          "nine",
          "ten",
          "eleven",
          "twelve",
          "thirteen",
          "fourteen",
          "fifteen",
          "sixteen",
          "seventeen",
          "eighteen",
          "nineteen");

  /** Halves and so on. */
  private static final List<String> PARTS =
      List.of(
          "half",
          "third",
          "fourth",
          "fifth",
          "sixth",
          "seventh",
          "eighth",
          "ninth",
          "tenth",
          "eleventh",
          "twelfth",
          "thirteenth",
          "fourteenth",
          "fifteenth",
          "sixteenth");

  private static final Map<String, Integer> SMALL = small();
  private static final Map<String, Long> SCALES = Map.of("thousand", 1_000L, "million", 1_000_000L);
  private static final int MAX_WORDS = 20;

  private NumberWords() {}

  private static Map<String, Integer> small() {
    Map<String, Integer> small = new HashMap<>();
    for (int i = 0; i < BELOW_TWENTY.size(); i++) {
      small.put(BELOW_TWENTY.get(i), i);
    }
    List<String> tens =
        List.of("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety");
    for (int i = 0; i < tens.size(); i++) {
      small.put(tens.get(i), 10 * (i + 2));
    }
    return small;
  }

  /** In digits; empty when they are anything but one number. */
  static Optional<String> read(String text) {
    String[] words = text.toLowerCase(Locale.ROOT).strip().split("[\\s-]+");
    if (words.length > MAX_WORDS) {
      return Optional.empty();
    }
    int last = words.length - 1;
    if (last < 1 || part(words[last]) == 0) {
      return whole(words);
    }
    Optional<String> fraction = fraction(Arrays.copyOfRange(words, last - 1, last + 1));
    if (last == 1) {
      return fraction;
    }
    return last > 2 && words[last - 2].equals("and")
        ? whole(Arrays.copyOf(words, last - 2))
            .flatMap(one -> fraction.map(part -> one + " " + part))
        : Optional.empty();
  }

  /** Two thirds, a half. */
  private static Optional<String> fraction(String[] words) {
    return Optional.ofNullable(words[0].equals("a") ? Integer.valueOf(1) : SMALL.get(words[0]))
        .filter(top -> top > 0)
        .map(top -> "\\frac{" + top + "}{" + part(words[1]) + "}");
  }

  /** What a part is named after, 0 where the word names none. */
  private static int part(String word) {
    String one = word.equals("halves") ? "half" : word.replaceFirst("s$", "");
    return one.equals("quarter") ? 4 : PARTS.contains(one) ? 2 + PARTS.indexOf(one) : 0;
  }

  private static Optional<String> whole(String[] words) {
    long total = 0;
    long group = 0;
    long scale = Long.MAX_VALUE;
    int below = 1_000;
    for (int i = 0; i < words.length; i++) {
      Integer small = SMALL.get(words[i]);
      Long larger = SCALES.get(words[i]);
      if (small != null && (small == 0 ? words.length == 1 : small < below)) {
        group += small;
        below = small >= 20 ? 10 : 0;
      } else if (words[i].equals("hundred") && group > 0 && group < 10) {
        group *= 100;
        below = 100;
      } else if (larger != null && group > 0 && larger < scale) {
        total += group * larger;
        group = 0;
        scale = larger;
        below = 1_000;
      } else if (!words[i].equals("and") || i == 0 || i == words.length - 1 || below != 100) {
        return Optional.empty();
      }
    }
    return Optional.of(Long.toString(total + group));
  }
}
