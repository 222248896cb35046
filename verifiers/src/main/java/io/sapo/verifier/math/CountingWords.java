package io.sapo.verifier.math;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What nouns behind a number say beyond what is counted. */
final class CountingWords {
  /** They say more than what is counted: 5 or more, 5 thirds. */
  private static final Set<String> SAYING =
      Set.of(
          """
          or and not no none plus minus times over by less more than fewer least most about
          approximately cubed half halves third thirds quarter quarters fourth fourths fifth
          fifths sixth sixths eighth eighths tenth tenths hundredth hundredths if unless
          except wrong is are to equals divided multiplied added mod modulo base power
          factorial score gross quadrillion lakh crore k through between up down but then
          thousandth thousandths maybe possibly instead rather without negative pairs
          remainder answer hundreds thousands millions billions dozens raised root squareroot
          ninth ninths seventh sevenths
          """
              .strip()
              .split("\\s+"));

  /** Nouns that may stand for any unit. */
  private static final Set<String> ANY_UNIT = Set.of("unit", "length", "buck");

  /** Words with an opposite; opposites differ in sign. */
  private static final Map<String, Integer> SENSES =
      senses(
          "more fewer",
          "increase decrease",
          "increased decreased",
          "gain,profit,surplus loss,deficit",
          "north south",
          "east west",
          "left right",
          "clockwise counterclockwise",
          "older younger",
          "taller shorter",
          "faster slower",
          "ahead behind",
          "early late",
          "above below",
          "before after",
          "boys girls",
          "men women",
          "heads tails",
          "wins losses",
          "cheaper dearer");

  private CountingWords() {}

  static boolean saysMore(String lower) {
    return SAYING.contains(lower);
  }

  static boolean isAnyUnit(String noun) {
    return ANY_UNIT.contains(noun);
  }

  static boolean hasOpposite(String lower) {
    return SENSES.containsKey(lower);
  }

  /** Such as increase and decrease. */
  static boolean areOpposites(String one, String other) {
    Integer left = SENSES.get(one);
    Integer right = SENSES.get(other);
    return left != null && right != null && left == -right;
  }

  private static Map<String, Integer> senses(String... opposites) {
    Map<String, Integer> senses = new TreeMap<>();
    for (int i = 0; i < opposites.length; i++) {
      String[] pair = opposites[i].split(" ");
      for (String word : pair[0].split(",")) {
        senses.put(word, i + 1);
      }
      for (String word : pair[1].split(",")) {
        senses.put(word, -i - 1);
      }
    }
    return senses;
  }
}
