package io.sapo.verifier.math;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One way to read what can be read in several.
 *
 * @param thousands a comma before three digits belongs to the number, outside brackets
 * @param tightProducts a/bc is a/(bc) rather than (a/b)·c
 * @param letterUnits a single letter behind a number and a space is a unit
 * @param calculations 4!=24 says what 4! is, and the (4) of 2.5(4)=10 is a factor, no period
 */
record Reading(
    boolean thousands, boolean tightProducts, boolean letterUnits, boolean calculations) {
  static final Reading PLAIN = new Reading(true, false, false, false);
  private static final Pattern LETTER_UNIT =
      Pattern.compile("[0-9](?:\\s|~|\\\\[ ,;:])\\s?[a-zA-Z](?![a-zA-Z])");

  /** 4!=24 and \frac{6!}{3!}!=…, but nothing with a letter, of which it says what it is not. */
  private static final Pattern FACTORIAL_EQUALS =
      Pattern.compile(
          "((?:^|(?<==))(?:[^=A-Za-z!\\\\]|!(?!=)|\\\\[A-Za-z]++)*+(?<=[0-9)}]))!=(?!=)");

  private static final Pattern DECIMAL_TIMES =
      Pattern.compile("([0-9]\\.[0-9]++)(?=\\([0-9]++\\)[^=]*+=)");

  private static final Pattern GROUPED = Pattern.compile("[0-9]{1,3}(?:,[0-9]{3})++");

  /** Without brackets, and with more than commas between its elements. */
  private static final Pattern LIST =
      Pattern.compile("\\s*+(?![(\\[]|\\\\[{lb]).*(?:,\\s|,\\\\|;|and|or).*", Pattern.DOTALL);

  /** The plain reading, and others where the texts allow for them. */
  static Set<Reading> all(String answer, String reference) {
    Set<Reading> readings = new LinkedHashSet<>();
    readings.add(PLAIN);
    String both = answer + " " + reference;
    if (both.indexOf(',') >= 0
        && !isNumberInGroups(answer, reference)
        && !isNumberInGroups(reference, answer)) {
      readings.add(new Reading(false, false, false, false));
    }
    if (both.indexOf('/') >= 0) {
      readings.add(new Reading(true, true, false, false));
    }
    if (LETTER_UNIT.matcher(both).find()) {
      readings.add(new Reading(true, false, true, false));
    }
    if (!calculation(answer).equals(answer) || !calculation(reference).equals(reference)) {
      readings.add(new Reading(true, false, false, true));
    }
    return readings;
  }

  /** A text as one that calculates, where it says what something equals. */
  static String calculation(String text) {
    return text.indexOf('=') < 0
        ? text
        : DECIMAL_TIMES
            .matcher(FACTORIAL_EQUALS.matcher(text).replaceAll("$1! ="))
            .replaceAll("$1\\\\cdot ");
  }

  /** 12,345 is no list beside 345,12 or (12,345), but may be one beside 345, 12. */
  private static boolean isNumberInGroups(String text, String other) {
    return GROUPED.matcher(text).matches() && !LIST.matcher(other).matches();
  }
}
