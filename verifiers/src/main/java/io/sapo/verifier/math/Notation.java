package io.sapo.verifier.math;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites notations that mean the same as others which the reader knows: \$5 as five dollars, a
 * fraction of units, minutes of arc, numbers in words. What it does not know stays as it is.
 *
 * <p>Texts have at most {@link MathEquality#MAX_CHARS} characters, and quantifiers are possessive
 * or end at a character that they do not take.
 */
final class Notation {
  private static final String NUMBER = "[0-9][0-9,.]*+";

  /** What a sign of currency says, where the whole answer is an amount of it. */
  private static final Map<String, String> CURRENCIES =
      Map.of("$", "dollars", "\u20ac", "euros", "\u00a5", "yen", "\u20b9", "rupees");

  private static final Pattern AMOUNT =
      Pattern.compile(
          "\\s*+([-\u2212]?+)\\s*+\\\\?+([$\u20ac\u00a5\u20b9])\\s*+([-\u2212]?+"
              + NUMBER
              + ")((?:\\s*+\\\\(?:text|mathrm)\\{\\s*+)?+\\s*+(?:hundred|thousand|million|billion|trillion)?+)\\s*+\\}?+\\s*+\\.?+\\s*+");

  private static final Pattern RATE =
      Pattern.compile(
          "\\s*+\\\\?+\\$\\s*+("
              + NUMBER
              + ")\\s*+\\\\(?:text|mathrm)\\s*+\\{\\s*+(?:/|(?:per|an?|each|every)\\s)[A-Za-z\\s]++\\}\\s*+");

  private static final Pattern COLOUR =
      Pattern.compile("\\\\(?:text)?color\\s*+\\{[A-Za-z0-9!]*+\\}");
  private static final Pattern PHANTOM = Pattern.compile("\\\\[hv]?phantom\\s*+\\{[^{}]*+\\}");

  private static final Pattern UNITS_OVER_UNITS =
      Pattern.compile(
          "(?<=[0-9}\\s,!;:~])\\\\[dt]?frac\\s*+\\{\\s*+\\\\(?:text|mathrm)\\s*+\\{([A-Za-z ]++)\\}((?:\\^\\{?[0-9]\\}?)?)\\s*+\\}"
              + "\\s*+\\{\\s*+\\\\(?:text|mathrm)\\s*+\\{([A-Za-z ]++)\\}((?:\\^\\{?[0-9]\\}?)?)\\s*+\\}\\s*+\\.?+\\s*+$");

  private static final String DEGREES = "\\s*+(?:\\^\\s*+\\{?\\s*+\\\\circ\\s*+\\}?+|\u00b0)\\s*+";
  private static final Pattern ARC =
      Pattern.compile(
          "([0-9]++)"
              + DEGREES
              + "([0-9]++)\\s*+(?:['\u2032\u2019](?!['\u2032\u2019])|\\^\\s*+\\{?\\s*+\\\\prime\\s*+\\}?+)\\s*+"
              + "(?:([0-9]++)\\s*+(?:''|\"|\u2033|\\^\\s*+\\{?\\s*+\\\\prime\\s*+\\\\prime\\s*+\\}?+))?+");
  private static final Pattern TEMPERATURE =
      Pattern.compile(
          "(?<=[0-9])" + DEGREES + "(?:\\\\(?:text|mathrm)\\s*+\\{)?+\\s*+([CF])\\s*+\\}?+\\s*+$");

  private static final Pattern LEAD =
      Pattern.compile(
          "^\\s*+\\\\(?:text|textbf|mathrm)\\{\\s*+(?i:the\\s++)?(?i:final\\s++|correct\\s++)?(?i:answer)\\s*+(?i:is\\b)?\\s*+:?\\s*+\\}");

  private static final Pattern OPTION =
      Pattern.compile(
          "\\s*+(?:\\\\(?:text|textbf|mathrm)\\s*+\\{)?+\\s*+(?i:option|choice)\\s*+\\(?+([A-J])\\)?+\\s*+\\}?+\\.?+\\s*+");

  private static final Pattern SPOKEN =
      Pattern.compile(
          "\\s*+(?:\\\\(?:text|textbf|mathrm)\\s*+\\{)?+([A-Za-z][A-Za-z\\s-]*+)\\}?+\\.?+\\s*+");

  private Notation() {}

  static String plain(String text) {
    if (text.length() > MathEquality.MAX_CHARS) {
      return text;
    }
    String plain = LEAD.matcher(text).replaceFirst("");
    plain = PHANTOM.matcher(COLOUR.matcher(plain).replaceAll(" ")).replaceAll(" ");
    plain = RATE.matcher(amount(plain)).replaceFirst("$1 \\\\text{ dollars}");
    plain = UNITS_OVER_UNITS.matcher(plain).replaceFirst("\\\\text{ $1}$2\\\\text{/$3}$4");
    plain = ARC.matcher(plain).replaceAll(Notation::degrees);
    plain =
        TEMPERATURE
            .matcher(plain)
            .replaceFirst(
                found ->
                    found.group(1).equals("C") ? "\\\\text{ celsius}" : "\\\\text{ fahrenheit}");
    Matcher option = OPTION.matcher(plain);
    if (option.matches()) {
      return "\\text{" + option.group(1) + "}";
    }
    Matcher spoken = SPOKEN.matcher(plain);
    return spoken.matches() ? NumberWords.read(spoken.group(1)).orElse(plain) : plain;
  }

  /** \$5 and $5, but not $5$. */
  private static String amount(String text) {
    Matcher amount = AMOUNT.matcher(text);
    return amount.matches()
        ? amount.group(1)
            + amount.group(3)
            + " \\text{"
            + amount.group(4).replaceAll("\\\\(?:text|mathrm)\\{", " ")
            + " "
            + CURRENCIES.get(amount.group(2))
            + "}"
        : text;
  }

  private static String degrees(MatchResult arc) {
    String seconds = arc.group(3) == null ? "0" : arc.group(3);
    return "(%s+%s/60+%s/3600)^{\\\\circ}".formatted(arc.group(1), arc.group(2), seconds);
  }
}
