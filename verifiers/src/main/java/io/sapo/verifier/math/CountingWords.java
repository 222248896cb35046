package io.sapo.verifier.math;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
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
          too few many off short incorrect false guess guessed guesses unlikely impossible doubtful
          perhaps probably likely unknown unsure untrue never cannot nope excluded exclusive
          doubled tripled quadrupled twice thrice negated inverted reversed rejected discarded etc etcetera
          onward onwards upward upwards downward downwards downto versus vs alternatively alternately
          otherwise else point whatever something somewhere someone anything nothing nobody almost nearly roughly circa
          """
              .strip()
              .split("\\s+"));

  /** Nouns that may stand for any unit. */
  private static final Set<String> ANY_UNIT = Set.of("unit", "length", "buck");

  private static final int LEAST_OF_NOUN = 3;

  /** Words behind a number that may stand for one another, or for any thing that is counted. */
  private static final Set<String> GENERAL =
      Set.of(
          """
          people person human child children kid student pupil man men woman women adult member
          player friend guest customer worker way arrangement combination permutation possibility
          possibilitie choice selection outcome case method option route path solution value number
          item object thing piece part portion slice total left remaining remain overall altogether
          all different distinct possible each every time trip round turn more fewer extra additional
          digit element set group row side edge vertice verticies face point mark score step move game match
          dollar cent coin bill note euro money cost price year old day hour unit in the a of per
          answer result integer factor divisor multiple prime root term page word letter
          """
              .strip()
              .split("\\s+"));

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
    return SAYING.contains(lower) || NumberWords.read(lower).isPresent();
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

  /**
   * Whether both count things, and no word of one is in the other: apples and pears. People may be
   * students, and what is just left, ways or pieces may be anything.
   */
  static boolean areOtherThings(SortedSet<String> one, SortedSet<String> other) {
    return !one.isEmpty()
        && !other.isEmpty()
        && Collections.disjoint(one, other)
        && one.stream().allMatch(CountingWords::namesThing)
        && other.stream().allMatch(CountingWords::namesThing);
  }

  /** Not shortened, as C for coulombs, and not general. */
  private static boolean namesThing(String noun) {
    return noun.length() >= LEAST_OF_NOUN && !GENERAL.contains(noun);
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
