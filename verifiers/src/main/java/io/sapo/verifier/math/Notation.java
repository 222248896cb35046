package io.sapo.verifier.math;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites notations that mean the same as others which the reader knows: \$5 as five dollars, a
 * fraction of units, minutes of arc. What it does not know stays as it is.
 *
 * <p>Texts have at most {@link MathEquality#MAX_CHARS} characters, and quantifiers are possessive
 * or end at a character that they do not take.
 */
final class Notation {
  /** Numbers, of which nothing is rewritten. */
  private static final Pattern PLAIN = Pattern.compile("[0-9.,=+/() -]*+");

  private static final String NUMBER = "[0-9][0-9,.]*+";

  private static final Pattern CURRENCY =
      Pattern.compile("\\\\\\$|[\u20ac\u00a3\u00a5\u20b9]|\\\\(?:pounds|euro|yen)(?![A-Za-z])");

  /** What a sign of currency says, where the whole answer is an amount of it. */
  private static final Map<String, String> CURRENCIES =
      Map.of("$", "dollars", "\u20ac", "euros", "\u00a5", "yen", "\u20b9", "rupees");

  private static final Pattern AMOUNT =
      Pattern.compile(
          "\\s*+([-\u2212]?+)\\s*+\\\\?+([$\u20ac\u00a5\u20b9])\\s*+([-\u2212]?+"
              + NUMBER
              + ")((?:\\s*+\\\\(?:text|mathrm)\\{\\s*+)?+\\s*+(?:hundred|thousand|million|billion|trillion)?+)\\s*+\\}?+\\s*+\\.?+\\s*+");

  /** \$20\text{ profit}. */
  private static final Pattern AMOUNT_OF =
      Pattern.compile(
          "\\s*+\\\\?+\\$\\s*+("
              + NUMBER
              + ")\\s*+\\\\(?:text|mathrm)\\s*+\\{\\s*+(?!hundred|thousand|million|billion|trillion|dollar|cent|usd|or\\s|and\\s)([A-Za-z][A-Za-z\\s]*+)\\}\\s*+\\.?+\\s*+");

  private static final Pattern RATE =
      Pattern.compile(
          "\\s*+\\\\?+\\$\\s*+("
              + NUMBER
              + ")\\s*+(?:/\\s*+\\\\(?:text|mathrm)\\s*+\\{|\\\\(?:text|mathrm)\\s*+\\{\\s*+(?:/|(?:per|an?|each|every)\\s))[A-Za-z\\s]++\\}\\s*+");

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

  /** 5'6'' alone: of arc it would have degrees before it. */
  private static final Pattern FEET_AND_INCHES =
      Pattern.compile(
          "\\s*+([0-9]++)\\s*+(?:['\u2032\u2019]|\\^\\s*+\\{?\\s*+\\\\prime\\s*+\\}?+)\\s*+"
              + "([0-9]++)\\s*+(?:''|\"|\u2033|\u2032\u2032|\u2019\u2019|\u201d|\\^\\s*+\\{?\\s*+\\\\prime\\s*+\\\\prime\\s*+\\}?+)\\s*+");

  private static final Pattern TEMPERATURE =
      Pattern.compile(
          "(?<=[0-9])" + DEGREES + "(?:\\\\(?:text|mathrm)\\s*+\\{)?+\\s*+([CF])\\s*+\\}?+\\s*+$");

  /** 4.5\text{e-6}. */
  private static final Pattern EXPONENT_IN_TEXT =
      Pattern.compile(
          "(?<=[0-9])\\s*+\\\\(?:text|mathrm)\\s*+\\{\\s*+[eE]([-+]?[0-9]{1,3}+)\\s*+\\}");

  /** Numbers of an equation, and the two words of percent. */
  private static final Pattern TAG =
      Pattern.compile("\\\\(?:tag|label)\\*?\\s*+\\{[^{}]*+\\}|\\\\(?:nonumber|notag)(?![A-Za-z])");

  private static final Pattern LEADING_PERCENT =
      Pattern.compile("\\s*+\\\\?+%\\s*+(" + NUMBER + ")\\s*+");

  private static final Pattern ALL_BUT =
      Pattern.compile(
          "\\s*+\\\\text\\s*+\\{\\s*+(?i:all\\s++real\\s++numbers|all\\s++reals)(?:\\s++\\$?[a-z]\\$?(?![a-z]))?+\\s++except\\s*+(?:for\\s*+)?+\\}\\s*+(?:[a-z]\\s*+=)?+([^{}]++)");

  private static final Pattern PER_CENT =
      Pattern.compile("(?<![A-Za-z])[Pp]er\\s+cent(?![A-Za-z])");

  private static final String TEXT = "(?:\\\\(?:text|textrm|mathrm|rm)\\s*+\\{?+\\s*+)?+";

  /** 21^{st}; the word of an ordinal raised. */
  private static final Pattern ORDINAL =
      Pattern.compile(
          "(?<=[0-9])\\s*+\\^\\s*+\\{?+\\s*+" + TEXT + "(st|nd|rd|th)\\s*+\\}{0,2}+(?![A-Za-z])");

  /** 60^o. */
  private static final Pattern LETTER_DEGREE =
      Pattern.compile(
          "(?<=[0-9])\\s*+\\^\\s*+\\{?+\\s*+" + TEXT + "[oO]\\s*+\\}{0,2}+(?![A-Za-z0-9])");

  /** 204 (base 5), 204 in base five. */
  private static final Pattern IN_BASE =
      Pattern.compile(
          "(?<=[0-9A-Fa-f)}])(?:_\\s*+\\{)?+\\s*+"
              + "(?:\\\\[ ,;:])?+\\s*+\\(?+\\s*+"
              + TEXT
              + "\\(?+(?:in\\s++)?+[Bb]ase[\\s-]*+\\}?+[\\s~]*+([0-9]{1,2}+|[a-z]++)\\s*+\\)?+\\s*+\\}{0,2}+\\s*+\\)?+\\s*+\\.?+\\s*+$");

  private static final Pattern BASE_IN_PARENTHESES =
      Pattern.compile("_\\s*+\\{\\s*+\\(\\s*+([0-9]{1,2}+)\\s*+\\)\\s*+\\}");

  /** C_{10}^{3} and A_5^2: of those below, those above are chosen. */
  private static final Pattern CHOSEN_OF =
      Pattern.compile(
          "(?<![A-Za-z0-9}_^])(?:\\\\(?:mathrm|text)\\s*+\\{([CAP])\\}|([CAP]))_\\{?+([0-9]{1,3}+)\\}?+\\^\\{?+([0-9]{1,3}+)\\}?+");

  /** The same with what is above written first. */
  private static final Pattern CHOSEN_FIRST =
      Pattern.compile(
          "(?<![A-Za-z0-9}_^])([CAP]|\\\\(?:mathrm|text)\\s*+\\{[CAP]\\})"
              + "\\^\\{?+([0-9]{1,3}+)\\}?+_\\{?+([0-9]{1,3}+)\\}?+");

  private static final Pattern ROOT =
      Pattern.compile("\\\\root\\s*+\\{?+([0-9]{1,3}+|[a-z])\\}?+\\s*+\\\\of(?![A-Za-z])");

  private static final String CHOSEN = "\\{?+([0-9]{1,3}+|[a-z])\\}?+";

  /** {}_{12}C_4 and ^{12}C_4, and P for those in order. */
  private static final Pattern CHOOSE =
      Pattern.compile(
          "(?:\\{\\s*+\\}|(?<![A-Za-z0-9}]))[_^]"
              + CHOSEN
              + "\\s*+\\\\?(?:mathrm|text)?\\s*+\\{?+([CP])\\}?+_"
              + CHOSEN);

  /** 8\text{C}3. */
  private static final Pattern CHOOSE_BETWEEN =
      Pattern.compile(
          "(?<![0-9.])([0-9]{1,3}+)\\s*+\\\\(?:mathrm|text)\\s*+\\{([CP])\\}\\s*+([0-9]{1,3}+)(?![0-9.])");

  /** x \equiv 5 \pmod 7 in the writings of the modulus. */
  private static final Pattern MODULO =
      Pattern.compile(
          "\\s*+(?:[a-z]\\s*+\\\\equiv(?![A-Za-z]))?+\\s*+(-?[0-9]{1,9}+)\\s*+(?:\\\\ )?+[\\s(]*+\\\\(?:(?:mathrm|text)\\s*+\\{\\s*+\\(?+mod(?:ulo)?+\\s*+\\}|[pb]?mod(?![A-Za-z]))(?:\\\\ )?+[\\s{]*+([0-9]{1,9}+)[\\s})]*+");

  private static final Pattern OUT_OF =
      Pattern.compile(
          "\\s*+([0-9]{1,9}+)\\s*+(?:\\\\text\\s*+\\{)?+\\s*+(?:out\\s++of|in)\\s*+\\}?+\\s*+([0-9]{1,9}+)\\s*+");

  private static final Pattern UNIT_VECTOR =
      Pattern.compile(
          "\\\\(?:mathbf|boldsymbol|bm|vec|hat|widehat|overrightarrow)\\s*+\\{?+\\s*+(?:\\\\(?:mathbf|boldsymbol|bm|vec|hat)\\s*+\\{?+\\s*+)?+\\\\?+([ijk])(?:math)?+\\s*+\\}{0,2}+(?![A-Za-z])");

  private Notation() {}

  /** Whether both bear signs of currency, and not one that is the same. */
  static boolean otherCurrency(String answer, String reference) {
    Set<String> given = currencies(answer);
    Set<String> expected = currencies(reference);
    return !given.isEmpty() && !expected.isEmpty() && Collections.disjoint(given, expected);
  }

  private static Set<String> currencies(String text) {
    Set<String> signs = new TreeSet<>();
    Matcher sign = CURRENCY.matcher(text);
    while (sign.find()) {
      signs.add(
          switch (sign.group()) {
            case "\\pounds" -> "\u00a3";
            case "\\euro" -> "\u20ac";
            case "\\yen" -> "\u00a5";
            default -> sign.group();
          });
    }
    return signs;
  }

  static String plain(String text) {
    if (text.length() > MathEquality.MAX_CHARS || PLAIN.matcher(text).matches()) {
      return text;
    }
    String plain = TAG.matcher(Phrases.stated(text)).replaceAll("").replace("{.}", ".");
    plain = Makeshifts.replaced(plain);
    plain = Wording.bare(plain);
    plain = plain.contains("\\begin") ? plain : plain.replace("\\&", " and ");
    plain = MODULO.matcher(plain).replaceFirst(Notation::residue);
    plain = EXPONENT_IN_TEXT.matcher(plain).replaceAll("\\\\times 10^{$1}");
    plain = OUT_OF.matcher(plain).replaceFirst("\\\\frac{$1}{$2}");
    plain =
        CHOOSE_BETWEEN
            .matcher(plain)
            .replaceFirst(found -> chosen(found.group(2), found.group(1), found.group(3)));
    plain = PER_CENT.matcher(plain).replaceAll("percent");
    Matcher percent = LEADING_PERCENT.matcher(plain);
    plain = percent.matches() ? percent.group(1) + "%" : plain;
    Matcher allBut = ALL_BUT.matcher(plain);
    plain = allBut.matches() ? "\\mathbb{R}\\setminus\\{" + allBut.group(1) + "\\}" : plain;
    plain = indexed(ROOT.matcher(plain).replaceAll("\\\\sqrt[$1]"));
    plain = PHANTOM.matcher(COLOUR.matcher(plain).replaceAll(" ")).replaceAll(" ");
    plain = RATE.matcher(amount(plain)).replaceFirst("$1 \\\\text{ dollars}");
    plain = AMOUNT_OF.matcher(plain).replaceFirst("$1 \\\\text{ dollars $2}");
    plain = UNITS_OVER_UNITS.matcher(plain).replaceFirst("\\\\text{ $1}$2\\\\text{/$3}$4");
    plain = LETTER_DEGREE.matcher(plain).replaceAll("^{\\\\circ}");
    plain = ARC.matcher(plain).replaceAll(Notation::degrees);
    plain = FEET_AND_INCHES.matcher(plain).replaceFirst("$1\\\\text{ feet }$2\\\\text{ inches}");
    plain =
        TEMPERATURE
            .matcher(plain)
            .replaceFirst(
                found ->
                    found.group(1).equals("C") ? "\\\\text{ celsius}" : "\\\\text{ fahrenheit}");
    return Wording.inDigits(plain);
  }

  /** The least one that is not negative. */
  private static String residue(MatchResult found) {
    int modulus = Integer.parseInt(found.group(2));
    int number = Integer.parseInt(found.group(1));
    int least = modulus == 0 ? number : Math.floorMod(number, modulus);
    return least + " \\\\pmod{" + modulus + "}";
  }

  /** What is raised or lowered, but no power and no index. */
  private static String indexed(String text) {
    if (text.indexOf('^') < 0 && text.indexOf('_') < 0 && text.indexOf("ase") < 0) {
      return vectors(text);
    }
    String plain = ORDINAL.matcher(text).replaceAll("\\\\text{$1}");
    plain = BASE_IN_PARENTHESES.matcher(plain).replaceFirst("_{$1}");
    plain =
        IN_BASE
            .matcher(plain)
            .replaceFirst(
                found ->
                    Character.isDigit(found.group(1).charAt(0))
                        ? "_{" + found.group(1) + "}"
                        : "_{\\\\text{" + found.group(1) + "}}");
    plain =
        CHOOSE
            .matcher(plain)
            .replaceAll(found -> chosen(found.group(2), found.group(1), found.group(3)));
    plain = CHOSEN_FIRST.matcher(plain).replaceAll("$1_{$3}^{$2}");
    return vectors(CHOSEN_OF.matcher(plain).replaceAll(Notation::chosen));
  }

  private static String chosen(MatchResult found) {
    String letter = found.group(1) == null ? found.group(2) : found.group(1);
    return Integer.parseInt(found.group(4)) > Integer.parseInt(found.group(3))
        ? Matcher.quoteReplacement(found.group())
        : chosen(letter, found.group(3), found.group(4));
  }

  /** As a replacement: of C combinations, of another letter those in order. */
  private static String chosen(String letter, String of, String some) {
    return (letter.equals("C") ? "\\\\binom{%1$s}{%2$s}" : "\\\\frac{%1$s!}{(%1$s-%2$s)!}")
        .formatted(of, some);
  }

  /** Unit vectors in one writing; an i alone may be the imaginary one. */
  private static String vectors(String text) {
    Matcher vector = UNIT_VECTOR.matcher(text);
    boolean others = false;
    while (!others && vector.find()) {
      others = !vector.group(1).equals("i");
    }
    return others ? vector.replaceAll("\\\\hat{$1}") : text;
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
