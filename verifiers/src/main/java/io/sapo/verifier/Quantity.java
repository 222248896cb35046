package io.sapo.verifier;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An exact number as people write it: {@code 18}, {@code $1,234.50}, {@code -3/4}, {@code 1.5e3},
 * {@code 25 cm^2}.
 *
 * @param denominator not zero
 */
record Quantity(BigDecimal numerator, BigDecimal denominator) {
  private static final int MAX_DIGITS = 60;

  /** From here on letters are of scripts that set no space before a number. */
  private static final char IDEOGRAPHS = '\u2e80';

  private static final MathContext PRECISION = new MathContext(80);

  // Possessive throughout: no input makes it backtrack.
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?:[0-9]{1,2}+(?:,[0-9]{2}(?![0-9])){1,6}+,[0-9]{3}(?![0-9])|[0-9]{1,3}+(?:,[0-9]{3}(?![0-9]))++|[0-9]++)"
              + "(?:\\.[0-9]++)?+|\\.[0-9]++");

  /** What the answer is said not to be. */
  private static final Pattern NEGATED =
      Pattern.compile("(?i)^\\W{0,8}(?:not|never|neither|no longer)\\b");

  /** Where what a statement says is over, and a reason or a check follows. */
  private static final Pattern CLAUSE_END =
      Pattern.compile("\\.\\s++[A-Z]|\\s\\(|,?\\s(?:because|since|as)\\s");

  private static final Pattern EXPONENT = Pattern.compile("[eE]([+-]?[0-9]{1,2}+)(?![0-9.])");

  /**
   * The only number in a text, with what is around it ignored; empty when the text has none or
   * several, since which one is meant would be a guess, or one that is taken back.
   */
  static Optional<Quantity> only(String text) {
    Reader reader = new Reader(text);
    Optional<Quantity> found = reader.next();
    boolean takenBack = reader.takenBack();
    boolean more = reader.next().isPresent();
    return more || takenBack || reader.overlong ? Optional.empty() : found;
  }

  /** The only number in a statement, else in its first clause: 10 (since 2·5 = 10). */
  static Optional<Quantity> stated(String written) {
    String text = Markup.plain(written);
    if (NEGATED.matcher(text).find()) {
      return Optional.empty();
    }
    Optional<Quantity> only = only(text);
    if (only.isPresent()) {
      return only;
    }
    Matcher clause = CLAUSE_END.matcher(text);
    boolean first = clause.find() && !NumberContext.goesOnOtherwise(text.substring(clause.start()));
    return first ? only(text.substring(0, clause.start())) : only;
  }

  /** The last number in a text, unless it is taken back, or stands beside another. */
  static Optional<Quantity> last(String text) {
    Reader reader = new Reader(text);
    Optional<Quantity> last = Optional.empty();
    for (Optional<Quantity> next = reader.next(); next.isPresent(); next = reader.next()) {
      last = next;
    }
    return reader.overlong || reader.takenBack() || reader.beside() ? Optional.empty() : last;
  }

  boolean sameAs(Quantity other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator))
        == 0;
  }

  BigDecimal value() {
    return numerator.divide(denominator, PRECISION);
  }

  @Override
  public String toString() {
    String top = numerator.toPlainString();
    return denominator.compareTo(BigDecimal.ONE) == 0
        ? top
        : top + "/" + denominator.toPlainString();
  }

  /** Walks a text from number to number. */
  private static final class Reader {
    private final String text;
    private final Matcher number;
    private final Matcher exponent;
    private int position;

    /** A number longer than anybody means ended the walk. */
    private boolean overlong;

    /** Where the number found last begins and ends, and where the one before it ended, or -1. */
    private int start = -1;

    private int end = -1;
    private int before = -1;

    Reader(String text) {
      this.text = text;
      this.number = NUMBER.matcher(text);
      this.exponent = EXPONENT.matcher(text);
    }

    Optional<Quantity> next() {
      while (position <= text.length() && number.find(position)) {
        int start = number.start();
        position = number.end();
        if (partOfAWord(start)) {
          continue;
        }
        overlong = position - start > MAX_DIGITS;
        if (overlong) {
          return Optional.empty();
        }
        BigDecimal top = scaled(decimal(number.group()));
        BigDecimal bottom = denominator();
        before = this.end;
        this.start = start;
        this.end = position;
        return Optional.of(new Quantity(negative(start) ? top.negate() : top, bottom));
      }
      return Optional.empty();
    }

    /** Whether the number found last is not meant as it stands. */
    boolean takenBack() {
      return start >= 0 && NumberContext.takesBack(text, start, end);
    }

    /** Whether it stands right behind another. */
    boolean beside() {
      return before >= 0 && NumberContext.areAlternatives(text.substring(before, start));
    }

    /** x2, cm2, cm^2, a_1: a digit that belongs to a name or unit. */
    private boolean partOfAWord(int start) {
      if (start == 0) {
        return false;
      }
      char before = text.charAt(start - 1);
      return Character.isLetter(before) && before < IDEOGRAPHS || before == '^' || before == '_';
    }

    private BigDecimal scaled(BigDecimal value) {
      if (exponent.region(position, text.length()).lookingAt()) {
        position = exponent.end();
        return value.scaleByPowerOfTen(Integer.parseInt(exponent.group(1)));
      }
      return value;
    }

    private BigDecimal denominator() {
      if (position + 1 < text.length()
          && text.charAt(position) == '/'
          && number.region(position + 1, text.length()).lookingAt()
          && number.end() - number.start() <= MAX_DIGITS) {
        BigDecimal bottom = decimal(number.group());
        if (bottom.signum() != 0) {
          position = number.end();
          return bottom;
        }
      }
      return BigDecimal.ONE;
    }

    private boolean negative(int start) {
      int at = start - 1;
      while (at >= 0 && start - at <= 3 && "$\u20ac\u00a3 ".indexOf(text.charAt(at)) >= 0) {
        at--;
      }
      if (at < 0 || text.charAt(at) != '-' && text.charAt(at) != '\u2212') {
        return false;
      }
      if (text.charAt(at + 1) == ' ' && startsLine(at)) {
        // The mark of a list.
        return false;
      }
      return at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
    }

    /** Whether the place is the first on a line that follows another. */
    private boolean startsLine(int at) {
      return at > 0 && text.charAt(at - 1) == '\n';
    }

    private static BigDecimal decimal(String digits) {
      return new BigDecimal(digits.replace(",", ""));
    }
  }
}
