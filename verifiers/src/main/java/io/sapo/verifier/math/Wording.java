package io.sapo.verifier.math;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes words off an answer that say no more than it, and writes those in digits that say a number
 * or name a choice: "so 3", 6 (six), option C, the third, forty-two.
 */
final class Wording {
  /** What an answer may begin with and say no more. */
  private static final Pattern LEADING =
      Pattern.compile(
          "^\\s*+(?:\\\\(?:Rightarrow|implies|Longrightarrow|therefore|to)(?![A-Za-z])|[\u21d2\u2192\u2234]"
              + "|\\\\text\\s*+\\{\\s*+(?:only|exactly|(?:thus|hence|so|therefore|then|finally)\\s*+,?+|the\\s++year|year|age)\\s*+\\}"
              + "|\\\\text\\s*+\\{\\s*+in\\s*+\\}(?=\\s*+[12][0-9]{3}\\s*+$))\\s*+(?=[^\\s])",
          Pattern.CASE_INSENSITIVE);

  /** What is remarked on a root, and a number said again in words: 6 (six). */
  private static final Pattern REMARK =
      Pattern.compile(
          "\\s*+\\\\text\\s*+\\{\\s*+\\(\\s*+(?:(?:double|triple|repeated|the\\s++only|only)\\s++(?:root|zero|solution|answer|value)"
              + "|(?:with\\s++)?multiplicity\\s++[a-z0-9]++|(?:[Tt]he\\s++)?(?:[Ff]inal\\s++)?[Aa]nswer)s?+\\s*+\\)\\s*+\\}\\s*+$");

  private static final Pattern DECIMALS =
      Pattern.compile(
          "\\s*+\\\\text\\s*+\\{\\s*+\\((?:or\\s++)?+(?:approximately|approx\\.?|about|roughly)\\s++([0-9]++(?:\\.[0-9]++)?+)\\s*+\\)\\s*+\\}\\s*+$");

  /** 180 (days): what is counted. */
  private static final Pattern IN_PARENTHESES =
      Pattern.compile(
          "(?<=[0-9}])\\s*+\\\\(?:text|mathrm)\\s*+\\{\\s*+\\(\\s*+([a-z]++(?:[\\s/]++[a-z]++){0,3}+)\\s*+\\)\\s*+\\}\\s*+$");

  /** 3 R 2. */
  private static final Pattern REMAINDER =
      Pattern.compile("(?<=[0-9])\\s*+\\\\text\\s*+\\{\\s*+[Rr]\\.?\\s*+\\}\\s*+(?=[0-9])");

  private static final Pattern SAID_AGAIN =
      Pattern.compile(
          "\\s*+([0-9]{1,9}+)\\s*+(?:\\\\text\\s*+\\{\\s*+)?+\\(([A-Za-z][A-Za-z\\s-]*+)\\)\\s*+\\}?+\\s*+");

  private static final Pattern OPTION =
      Pattern.compile(
          "\\s*+(?:\\\\(?:text|textbf|mathrm)\\s*+\\{)?+\\s*+(?i:option|choice|point|graph|figure|statement)\\s*+\\}?+\\s*+\\(?+([A-Z])\\)?+\\s*+\\}?+\\.?+\\s*+");

  /** What the quadrants of the plane are called. */
  private static final Map<String, String> QUADRANTS =
      Map.ofEntries(
          Map.entry("i", "I"),
          Map.entry("ii", "II"),
          Map.entry("iii", "III"),
          Map.entry("iv", "IV"),
          Map.entry("first", "I"),
          Map.entry("second", "II"),
          Map.entry("third", "III"),
          Map.entry("fourth", "IV"),
          Map.entry("1", "I"),
          Map.entry("2", "II"),
          Map.entry("3", "III"),
          Map.entry("4", "IV"));

  private static final String A_TEXT =
      "\\s*+(?:\\\\(?:text|textbf|mathrm)\\s*+\\{\\s*+)?+(?i:the\\s++)?+";

  private static final Pattern QUADRANT =
      Pattern.compile(
          A_TEXT
              + "(?i:(first|second|third|fourth)\\s++quadrant|quadrant\\s*+\\}?+\\s*+(IV|I{1,3}+|[1-4]))\\s*+\\.?+\\}?+\\s*+");

  private static final List<String> ORDINALS =
      List.of(
          "first",
          "second",
          "third",
          "fourth",
          "fifth",
          "sixth",
          "seventh",
          "eighth",
          "ninth",
          "tenth",
          "eleventh",
          "twelfth");

  private static final Pattern ORDINAL_WORD =
      Pattern.compile(A_TEXT + "(?i:(" + String.join("|", ORDINALS) + "))\\s*+\\.?+\\}?+\\s*+");

  private static final Pattern SPOKEN =
      Pattern.compile(
          "\\s*+(-?)(?:\\\\(?:text|textbf|mathrm)\\s*+\\{)?+([A-Za-z][A-Za-z\\s-]*+)\\}?+\\.?+\\s*+");

  private Wording() {}

  /** Without what it begins with or remarks; a value in decimals that is remarked must be true. */
  static String bare(String text) {
    String bare = REMARK.matcher(LEADING.matcher(text).replaceFirst("")).replaceFirst("");
    bare = DECIMALS.matcher(bare).replaceFirst("\\\\approx $1");
    bare = saidOnce(REMAINDER.matcher(bare).replaceFirst("\\\\text{ remainder }"));
    return IN_PARENTHESES.matcher(bare).replaceFirst("\\\\text{ $1}");
  }

  private static String saidOnce(String text) {
    Matcher again = SAID_AGAIN.matcher(text);
    boolean same =
        again.matches()
            && NumberWords.read(again.group(2)).filter(again.group(1)::equals).isPresent();
    return same ? again.group(1) : text;
  }

  /** A number, an ordinal or a choice in words as it is written short; others as they are. */
  static String inDigits(String plain) {
    Matcher option = OPTION.matcher(plain);
    if (option.matches()) {
      return "\\text{" + option.group(1) + "}";
    }
    Matcher quadrant = QUADRANT.matcher(plain);
    if (quadrant.matches()) {
      String named = quadrant.group(1) == null ? quadrant.group(2) : quadrant.group(1);
      return "\\text{" + QUADRANTS.get(named.toLowerCase(Locale.ROOT)) + "}";
    }
    Matcher ordinal = ORDINAL_WORD.matcher(plain);
    if (ordinal.matches()) {
      return 1 + ORDINALS.indexOf(ordinal.group(1).toLowerCase(Locale.ROOT)) + "\\text{th}";
    }
    Matcher spoken = SPOKEN.matcher(plain);
    if (!spoken.matches()) {
      return plain;
    }
    return NumberWords.read(spoken.group(2)).map(spoken.group(1)::concat).orElse(plain);
  }
}
