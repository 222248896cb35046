package io.sapo.verifier.math;

import java.util.regex.Pattern;

/**
 * Signs that are put together, or stand in for others: a frown over an arc, U between intervals.
 */
final class Makeshifts {
  private static final Pattern ARC =
      Pattern.compile(
          "\\\\(?:(?:overset|stackrel)\\s*+\\{\\s*+\\\\(?:small)?frown\\s*+\\}|overarc(?![A-Za-z])|wideparen(?![A-Za-z]))\\s*+(?=\\{)");

  private static final Pattern ARROW =
      Pattern.compile(
          "\\\\(?:overset|stackrel)\\s*+\\{\\s*+\\\\(?:long)?(?:rightarrow|to|rightharpoonup)\\s*+\\}\\s*+(?=\\{)");

  private static final String INTERVAL = "[(\\[][^()\\[\\],]*+,[^()\\[\\],]*+[)\\]]";

  private static final Pattern UNION =
      Pattern.compile(
          "("
              + INTERVAL
              + ")(?:\\s|\\\\[ ,;:!]|~)*+(?:\\\\(?:text|mathrm|mbox)\\s*+\\{\\s*+(?:[Uu]|[Uu]nion)\\s*+\\}|[Uu]|union)"
              + "(?:\\s|\\\\[ ,;:!]|~)*+(?=(?:\\\\left\\s*+)?"
              + INTERVAL
              + ")");

  private Makeshifts() {}

  /** With LaTeX's own. */
  static String replaced(String text) {
    String plain = text;
    if (plain.indexOf("\\over") >= 0 || plain.contains("\\stack") || plain.contains("\\wide")) {
      plain = ARC.matcher(plain).replaceAll("\\\\widehat ");
      plain = ARROW.matcher(plain).replaceAll("\\\\vec ");
    }
    return plain.indexOf('U') < 0 && plain.indexOf('u') < 0
        ? plain
        : UNION.matcher(plain).replaceAll("$1\\\\cup ");
  }
}
