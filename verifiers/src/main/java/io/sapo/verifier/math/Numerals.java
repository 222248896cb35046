package io.sapo.verifier.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one numeral: 1,234.5, 1\,000, .5, 6.02e23, 0.1\overline{6}, 0.(3), 0.333…; exactly.
 *
 * <p>All patterns are possessive: no input makes them backtrack.
 */
final class Numerals {
  private static final int MAX_DIGITS = 1000;
  private static final int MAX_EXPONENT = 400;

  private static final String GROUP = "[0-9]{3}(?![0-9])";
  private static final Pattern PLAIN = Pattern.compile("[0-9]++");
  private static final Pattern WITH_COMMAS =
      Pattern.compile(
          "[0-9]{1,2}(?:,[0-9]{2}(?![0-9])){1,6}+,"
              + GROUP
              + "(?!,[0-9])"
              + "|[0-9]{1,3}(?:,(?:\\s?\\\\!\\s?|\\\\,)?"
              + GROUP
              + ")++(?!,[0-9])");
  private static final Pattern WITH_SPACES =
      Pattern.compile(
          "[0-9]{1,3}(?:(?:(?:\\\\text|\\\\mathrm)?\\{,\\}|\\\\[,!;:> ]|[ ~'\u00a0\u2009\u202f]|(?:\\\\!\\s?)?,\\s?\\\\!\\s?)"
              + GROUP
              + ")++");

  /** At least two groups, or one and decimals behind a comma: 1.234 alone is a decimal. */
  private static final Pattern WITH_POINTS =
      Pattern.compile("[0-9]{1,3}(?:\\." + GROUP + "){2,}+(?![.0-9])");

  /** As LaTeX sets it; three digits behind it are a group of thousands. */
  private static final Pattern WITH_DECIMAL_COMMA =
      Pattern.compile("([0-9]++)\\{,\\}([0-9]++)(?![.0-9]|\\{,\\}|,[0-9])");

  private static final Pattern WITH_POINTS_AND_COMMA =
      Pattern.compile("([0-9]{1,3}(?:\\." + GROUP + ")++),([0-9]++)(?![.,0-9])");
  private static final Pattern DECIMALS = Pattern.compile("\\.(?!\\.)([0-9]*+)");
  private static final Pattern REPEATING =
      Pattern.compile(
          "\\\\(?:overline|bar|dot|overset\\{\\.\\})\\s*+(?:\\{([0-9]++)\\}|([0-9]))|\\(([0-9]++)\\)");

  /** 0.\dot{1}4285\dot{7}: a dot on the first and the last digit of the period. */
  private static final Pattern DOTTED =
      Pattern.compile("\\\\dot\\s*+\\{?+([0-9])\\}?+([0-9]*+)\\\\dot\\s*+\\{?+([0-9])\\}?+");

  private static final Pattern DOTS =
      Pattern.compile("\\s*+(?:\\.\\.\\.|\u2026|\\\\[lc]?dots(?![a-zA-Z]))");
  private static final Pattern EXPONENT =
      Pattern.compile("(?:[eE]|\\\\(?:mathrm|text)\\{[eE]\\})([+-]?[0-9]{1,9}+)(?![0-9.])");

  /**
   * @param end behind its last character
   * @param digits as written, without separators
   */
  record Numeral(Rational value, String digits, int end) {}

  private final String text;
  private final boolean thousands;

  /**
   * @param thousands whether a comma between groups of three digits belongs to the number
   */
  Numerals(String text, boolean thousands) {
    this.text = text;
    this.thousands = thousands;
  }

  static boolean startsAt(String text, int at) {
    return isDigit(text, at)
        || text.charAt(at) == '.'
            && (isDigit(text, at + 1)
                || text.startsWith("\\", at + 1)
                    && REPEATING.matcher(text).region(at + 1, text.length()).lookingAt());
  }

  private static boolean isDigit(String text, int at) {
    return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  Numeral read(int start) throws UnreadableException {
    if (thousands) {
      Optional<Numeral> local = local(start);
      if (local.isPresent()) {
        return local.get();
      }
    }
    int at = start;
    String whole = "";
    if (text.charAt(at) != '.') {
      at = wholeEnd(at);
      whole = digits(start, at);
    }
    String decimals = "";
    Matcher fraction = DECIMALS.matcher(text).region(at, text.length());
    boolean pointed = fraction.lookingAt();
    if (pointed) {
      decimals = fraction.group(1);
      at = fraction.end();
    }
    if (whole.length() + decimals.length() > MAX_DIGITS) {
      throw new UnreadableException("a number in it has too many digits");
    }
    String digits = whole + (pointed ? "." + decimals : "");
    Matcher dotted = DOTTED.matcher(text).region(at, text.length());
    if (pointed && dotted.lookingAt()) {
      String period = dotted.group(1) + dotted.group(2) + dotted.group(3);
      return new Numeral(
          repeating(whole, decimals, period), digits + "(" + period + ")", dotted.end());
    }
    Matcher repeating = REPEATING.matcher(text).region(at, text.length());
    if (pointed && repeating.lookingAt()) {
      String period = repeating.group(1) != null ? repeating.group(1) : repeating.group(2);
      period = period == null ? repeating.group(3) : period;
      return new Numeral(
          repeating(whole, decimals, period), digits + "(" + period + ")", repeating.end());
    }
    Matcher dots = DOTS.matcher(text).region(at, text.length());
    if (pointed && dots.lookingAt()) {
      return endless(whole, decimals, dots.end());
    }
    Rational value = decimal(whole, decimals);
    Matcher exponent = EXPONENT.matcher(text).region(at, text.length());
    if (exponent.lookingAt()) {
      int power = Integer.parseInt(exponent.group(1));
      if (Math.abs(power) > MAX_EXPONENT) {
        throw new UnreadableException("an exponent in it is too large");
      }
      return new Numeral(
          value.times(Rational.of(10).pow(power)), digits + exponent.group(), exponent.end());
    }
    return new Numeral(value, digits, at);
  }

  /** In writings of other languages: 1.234.567 and 1.234,5 and 0{,}5. */
  private Optional<Numeral> local(int start) {
    Matcher points = WITH_POINTS_AND_COMMA.matcher(text).region(start, text.length());
    if (points.lookingAt()) {
      String digits = digits(start, points.end(1));
      String behind = points.group(2);
      return Optional.of(new Numeral(decimal(digits, behind), digits + "." + behind, points.end()));
    }
    points = WITH_DECIMAL_COMMA.matcher(text).region(start, text.length());
    if (points.lookingAt() && (points.group(2).length() != 3 || points.group(1).equals("0"))) {
      String digits = points.group(1) + "." + points.group(2);
      return Optional.of(
          new Numeral(decimal(points.group(1), points.group(2)), digits, points.end()));
    }
    points = WITH_POINTS.matcher(text).region(start, text.length());
    if (points.lookingAt()) {
      String digits = digits(start, points.end());
      return Optional.of(new Numeral(decimal(digits, ""), digits, points.end()));
    }
    return Optional.empty();
  }

  /** Without separators. */
  private String digits(int from, int to) {
    StringBuilder digits = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      if (isDigit(text, i)) {
        digits.append(text.charAt(i));
      }
    }
    return digits.toString();
  }

  private int wholeEnd(int at) {
    Matcher spaces = WITH_SPACES.matcher(text).region(at, text.length());
    if (spaces.lookingAt()) {
      return spaces.end();
    }
    Matcher commas = WITH_COMMAS.matcher(text).region(at, text.length());
    if (thousands && commas.lookingAt()) {
      return commas.end();
    }
    Matcher plain = PLAIN.matcher(text).region(at, text.length());
    return plain.lookingAt() ? plain.end() : at;
  }

  private static Rational decimal(String whole, String decimals) {
    return Rational.of(
        new BigDecimal(
            (whole.isEmpty() ? "0" : whole) + (decimals.isEmpty() ? "" : "." + decimals)));
  }

  private static Rational repeating(String whole, String decimals, String period)
      throws UnreadableException {
    if (period.length() + decimals.length() > 100) {
      throw new UnreadableException("a period in it is too long");
    }
    BigInteger nines =
        BigInteger.TEN
            .pow(period.length())
            .subtract(BigInteger.ONE)
            .multiply(BigInteger.TEN.pow(decimals.length()));
    return decimal(whole, decimals).plus(Rational.of(new BigInteger(period), nines));
  }

  /**
   * 0.333… and 0.1212…: the shortest period that fills the end at least twice, one digit thrice.
   */
  private static Numeral endless(String whole, String decimals, int end)
      throws UnreadableException {
    for (int length = 1; length <= decimals.length() / 2; length++) {
      int copies = length == 1 ? 3 : 2;
      int start = decimals.length() - length;
      String period = decimals.substring(start);
      if (copies * length <= decimals.length() && decimals.endsWith(period.repeat(copies))) {
        return new Numeral(
            repeating(whole, decimals, period), whole + "." + decimals + "(" + period + ")", end);
      }
    }
    throw new UnreadableException("it does not say how a decimal goes on");
  }
}
