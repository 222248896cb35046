package io.sapo.verifier;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a number in a sentence bounds an amount rather than being it: less than 18, 18 or more.
 */
final class Bounds {
  /** What stands before a bound, with the text's first characters as a statement's beginning. */
  private static final Pattern BEFORE =
      Pattern.compile(
          "(?i)(?:\\b(?:more|less|fewer|greater|larger|smaller|higher|lower)\\s++than"
              + "|\\bat\\s++(?:least|most)"
              + "|(?:^|\\b(?:is|are|be|was|were|has|have)\\s++)(?:just\\s++|well\\s++)?"
              + "(?:over|under|above|below|up\\s++to|almost|nearly)"
              + "|[\u00b1\u2213\u2264\u2265\u2260]|\\+/-|(?<![-=])[<>]=?|\\\\(?:pm|mp|leq?|geq?|lt|gt|neq?)(?![a-z]))"
              + "[\\s$]*+$");

  private static final Pattern BEHIND =
      Pattern.compile(
          "(?i)[*$]*+(?:\\+(?!\\s*+[0-9])|\\s++(?:[a-z]++\\s++)?or\\s++"
              + "(?:more|less|fewer|greater|so|higher|lower|above|below|over|under)\\b)");

  /** Characters before a number in which what makes it a bound stands. */
  private static final int LONGEST = 30;

  private Bounds() {}

  /**
   * @param start of the number in the text, without a sign
   * @param end behind its last digit
   */
  static boolean isBound(String text, int start, int end) {
    // A blank in front, where the statement began earlier.
    String before =
        start <= LONGEST ? text.substring(0, start) : " " + text.substring(start - LONGEST, start);
    Matcher behind = BEHIND.matcher(text).region(end, text.length());
    return BEFORE.matcher(before).find() || behind.lookingAt();
  }
}
