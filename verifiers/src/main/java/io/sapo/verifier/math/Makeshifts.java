package io.sapo.verifier.math;

import java.util.regex.Matcher;
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

  /** {\\rm cm} and \\rm{cm}. */
  private static final Pattern ROMAN =
      Pattern.compile("\\\\rm\\s*+\\{|\\{\\s*+\\\\rm\\s++(?=[A-Za-z]++\\s*+\\})");

  private static final Pattern PROBABILITY = Pattern.compile("\\\\Pr(?![A-Za-z])");

  private static final Pattern EMPHASIS = Pattern.compile("\\s*+\\*([^*]++)\\*\\s*+\\.?+\\s*+");

  /** 2\\sqrt{3} (\\approx 3.46). */
  private static final Pattern ROUNDED =
      Pattern.compile(
          "(?:\\s|\\\\[ ,;:]|\\\\quad)++\\(\\s*+\\\\approx\\s*+([0-9]++(?:\\.[0-9]++)?+)\\s*+\\)\\s*+$");

  private Makeshifts() {}

  /** With LaTeX's own. */
  static String replaced(String text) {
    String plain = text;
    if (plain.indexOf("\\over") >= 0 || plain.contains("\\stack") || plain.contains("\\wide")) {
      plain = ARC.matcher(plain).replaceAll("\\\\widehat ");
      plain = ARROW.matcher(plain).replaceAll("\\\\vec ");
    }
    if (plain.indexOf('\\') >= 0) {
      plain = ROMAN.matcher(plain).replaceAll("\\\\mathrm{");
      plain = PROBABILITY.matcher(plain).replaceAll("P");
      plain = ROUNDED.matcher(plain).replaceFirst("\\\\approx $1");
    }
    plain = emphasised(plain);
    return plain.indexOf('U') < 0 && plain.indexOf('u') < 0
        ? plain
        : UNION.matcher(plain).replaceAll("$1\\\\cup ");
  }

  private static String emphasised(String text) {
    Matcher emphasis = EMPHASIS.matcher(text);
    return emphasis.matches() ? emphasis.group(1) : text;
  }
}
