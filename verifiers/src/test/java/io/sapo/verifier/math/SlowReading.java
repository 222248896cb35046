package io.sapo.verifier.math;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A second reading of answers, for tests: no algebra, only long decimals put in for the variables.
 * It reads little (numbers, + − * / ^, fractions, roots, π, single letters; lists, tuples and sets
 * of such) and says nothing of the rest.
 */
final class SlowReading {
  private static final MathContext DIGITS = new MathContext(120);
  private static final BigDecimal PI =
      new BigDecimal(
          "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862"
              + "80348253421170679821480865132823066470938446");
  private static final BigDecimal NEAR = BigDecimal.ONE.movePointLeft(60);
  private static final int MAX_EXPONENT = 300;

  /** Not in this grammar. */
  private static final class Unread extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final String text;
  private final long seed;
  private int at;

  private SlowReading(String text, long seed) {
    this.text = text;
    this.seed = seed;
  }

  /** Whether both are equal wherever this reading can tell; empty where it cannot. */
  static Optional<Boolean> same(String answer, String reference) {
    if (isChoice(answer) && isChoice(reference)) {
      return Optional.empty();
    }
    try {
      for (long seed = 1; seed <= 3; seed++) {
        if (!same(values(answer, seed), values(reference, seed))) {
          return Optional.of(false);
        }
      }
      return Optional.of(true);
    } catch (Unread | ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** (b) may be the letter of a choice. */
  private static boolean isChoice(String answer) {
    return answer.strip().matches("\\([A-Ja-j]\\)");
  }

  private static boolean same(List<BigDecimal> a, List<BigDecimal> b) {
    List<BigDecimal> left = new ArrayList<>(b);
    for (BigDecimal value : a) {
      if (!left.removeIf(other -> near(value, other))) {
        return false;
      }
    }
    return left.isEmpty();
  }

  private static boolean near(BigDecimal a, BigDecimal b) {
    return a.subtract(b).abs().compareTo(NEAR.multiply(a.abs().max(b.abs()))) <= 0;
  }

  /** The values of a list, tuple or set, each once, in no order. */
  private static List<BigDecimal> values(String answer, long seed) {
    String inner = answer.strip();
    if (inner.startsWith("\\{") && inner.endsWith("\\}")) {
      inner = inner.substring(2, inner.length() - 2);
    } else if (inner.matches("\\([^()]*,[^()]*\\)")) {
      inner = inner.substring(1, inner.length() - 1);
    }
    if (inner.matches("(?s).*[0-9],[0-9]{3}(?![0-9]).*|(?s).*\\.[0-9]{3},[0-9].*")) {
      throw new Unread();
    }
    List<BigDecimal> values = new ArrayList<>();
    for (String item : inner.split(",", -1)) {
      SlowReading reading = new SlowReading(item.strip(), seed);
      BigDecimal value = reading.sum();
      if (reading.at < reading.text.length()) {
        throw new Unread();
      }
      if (values.stream().noneMatch(other -> near(value, other))) {
        values.add(value);
      }
    }
    return values;
  }

  private void spaces() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
  }

  private boolean take(String what) {
    spaces();
    if (text.startsWith(what, at)) {
      at += what.length();
      return true;
    }
    return false;
  }

  private BigDecimal sum() {
    BigDecimal value = take("-") ? product().negate() : product();
    while (true) {
      if (take("+")) {
        value = value.add(product(), DIGITS);
      } else if (take("-")) {
        value = value.subtract(product(), DIGITS);
      } else {
        return value;
      }
    }
  }

  private BigDecimal product() {
    BigDecimal value = power();
    while (true) {
      if (take("*") || take("\\cdot ")) {
        value = value.multiply(power(), DIGITS);
      } else if (take("/")) {
        value = value.divide(power(), DIGITS);
        if (startsFactor()) {
          // 1/2x has two readings.
          throw new Unread();
        }
      } else if (startsFactor()) {
        value = value.multiply(power(), DIGITS);
      } else {
        return value;
      }
    }
  }

  private boolean startsFactor() {
    spaces();
    if (at >= text.length()) {
      return false;
    }
    char c = text.charAt(at);
    return c == '('
        || c >= 'a' && c <= 'z'
        || text.startsWith("\\frac{", at)
        || text.startsWith("\\sqrt{", at)
        || text.startsWith("\\pi", at);
  }

  private BigDecimal power() {
    BigDecimal base = atom();
    if (!take("^")) {
      return base;
    }
    BigDecimal exponent;
    if (take("{")) {
      exponent = closed("}");
    } else {
      boolean negative = take("-");
      exponent = digits();
      exponent = negative ? exponent.negate() : exponent;
    }
    if (take("^")) {
      throw new Unread();
    }
    int n = exponent.intValueExact();
    if (Math.abs(n) > MAX_EXPONENT || n == 0 && base.signum() == 0) {
      throw new Unread();
    }
    return base.pow(n, DIGITS);
  }

  private BigDecimal atom() {
    spaces();
    if (take("(")) {
      return closed(")");
    }
    if (take("\\frac{")) {
      BigDecimal top = closed("}");
      if (!take("{")) {
        throw new Unread();
      }
      return top.divide(closed("}"), DIGITS);
    }
    if (take("\\sqrt{")) {
      BigDecimal radicand = closed("}");
      if (radicand.signum() < 0) {
        throw new Unread();
      }
      return radicand.sqrt(DIGITS);
    }
    if (take("\\pi")) {
      if (at < text.length() && Character.isLetter(text.charAt(at))) {
        throw new Unread();
      }
      return PI;
    }
    return at < text.length() && Character.isLetter(text.charAt(at)) ? variable() : number();
  }

  /** Single letters; what may be a word, a constant or a unit is not read. */
  private BigDecimal variable() {
    char name = text.charAt(at++);
    boolean word =
        at < text.length() && (Character.isLetter(text.charAt(at)) || text.charAt(at) == '_');
    if (word || name == 'e' || name == 'i' || name > 'z') {
      throw new Unread();
    }
    return new BigDecimal(new Random(seed * 1000 + name).nextInt(1, 1_000_000)).movePointLeft(5);
  }

  private BigDecimal number() {
    BigDecimal value = digits();
    int end = at;
    spaces();
    if (at > end && at < text.length() && Character.isLetter(text.charAt(at))) {
      // A unit.
      throw new Unread();
    }
    boolean mixed =
        text.startsWith("\\frac", at)
            || at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')
            || text.startsWith("(", at) && value.scale() > 0;
    if (mixed) {
      throw new Unread();
    }
    return value;
  }

  private BigDecimal digits() {
    spaces();
    int start = at;
    while (at < text.length()
        && (text.charAt(at) >= '0' && text.charAt(at) <= '9' || text.charAt(at) == '.')) {
      at++;
    }
    String digits = text.substring(start, at);
    if (!digits.matches("[0-9]+(\\.[0-9]+)?")) {
      throw new Unread();
    }
    return new BigDecimal(digits);
  }

  private BigDecimal closed(String end) {
    BigDecimal value = sum();
    if (!take(end)) {
      throw new Unread();
    }
    return value;
  }
}
