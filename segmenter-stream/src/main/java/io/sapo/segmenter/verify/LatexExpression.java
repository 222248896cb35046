package io.sapo.segmenter.verify;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Evaluates one arithmetic expression by recursive descent: sum → product → power → atom. Products
 * may go unwritten (2\pi), and a whole number before a plain fraction adds to it (1\frac{1}{2}).
 */
final class LatexExpression {
  private static final int MAX_DEPTH = 40;
  private static final Pattern NUMBER =
      Pattern.compile("(?:[0-9]{1,3}+(?:,[0-9]{3}(?![0-9]))++|[0-9]++)(?:\\.[0-9]*+)?+|\\.[0-9]++");
  private static final Pattern MIXED_FRACTION =
      Pattern.compile("\\\\frac\\{([0-9]{1,15}+)\\}\\{([0-9]{1,15}+)\\}");

  /** Not an expression of this grammar. */
  private static final class NotArithmetic extends Exception {
    private static final long serialVersionUID = 1;

    NotArithmetic() {
      super(null, null, false, false);
    }
  }

  private final String text;
  private int at;
  private int depth;

  LatexExpression(String text) {
    this.text = text;
  }

  /** Empty when the text is no such expression or its value is not finite. */
  OptionalDouble value() {
    if (text.isEmpty() || text.length() > FinalAnswer.ANSWER_CHARS) {
      return OptionalDouble.empty();
    }
    at = 0;
    depth = 0;
    try {
      double value = sum();
      return at == text.length() && Double.isFinite(value)
          ? OptionalDouble.of(value)
          : OptionalDouble.empty();
    } catch (NotArithmetic e) {
      return OptionalDouble.empty();
    }
  }

  private double sum() throws NotArithmetic {
    if (++depth > MAX_DEPTH) {
      throw new NotArithmetic();
    }
    double value = product();
    while (true) {
      if (take("+")) {
        value += product();
      } else if (take("-")) {
        value -= product();
      } else {
        depth--;
        return value;
      }
    }
  }

  private double product() throws NotArithmetic {
    double value = signed();
    while (true) {
      if (take("*")) {
        value *= signed();
      } else if (take("/")) {
        value /= signed();
      } else if (startsAtom()) {
        value *= power();
      } else {
        return value;
      }
    }
  }

  private double signed() throws NotArithmetic {
    double sign = 1;
    while (at < text.length() && "+-".indexOf(text.charAt(at)) >= 0) {
      sign = text.charAt(at++) == '-' ? -sign : sign;
    }
    return sign * power();
  }

  private double power() throws NotArithmetic {
    double base = atom();
    return take("^") ? Math.pow(base, argument()) : base;
  }

  private boolean startsAtom() {
    return at < text.length()
        && (text.charAt(at) == '('
            || text.startsWith("\\pi", at)
            || text.startsWith("\\sqrt", at)
            || text.startsWith("\\frac", at));
  }

  private double atom() throws NotArithmetic {
    if (take("(")) {
      return closed(")");
    }
    if (take("{")) {
      return closed("}");
    }
    if (take("\\pi")) {
      return Math.PI;
    }
    if (take("\\frac")) {
      double top = argument();
      return top / argument();
    }
    if (take("\\sqrt")) {
      double root = take("[") ? closed("]") : 2;
      double radicand = argument();
      return root == 2 ? Math.sqrt(radicand) : Math.pow(radicand, 1 / root);
    }
    return number();
  }

  private double number() throws NotArithmetic {
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) {
      throw new NotArithmetic();
    }
    at = number.end();
    double whole = Double.parseDouble(number.group().replace(",", ""));
    Matcher fraction = MIXED_FRACTION.matcher(text).region(at, text.length());
    if (fraction.lookingAt() && number.group().indexOf('.') < 0) {
      at = fraction.end();
      return whole + Double.parseDouble(fraction.group(1)) / Double.parseDouble(fraction.group(2));
    }
    return whole;
  }

  /** What a command applies to: a group in braces, or else the next digit, as LaTeX reads it. */
  private double argument() throws NotArithmetic {
    if (take("{")) {
      return closed("}");
    }
    if (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      return text.charAt(at++) - '0';
    }
    throw new NotArithmetic();
  }

  private double closed(String end) throws NotArithmetic {
    double value = sum();
    if (!take(end)) {
      throw new NotArithmetic();
    }
    return value;
  }

  private boolean take(String token) {
    if (text.startsWith(token, at)) {
      at += token.length();
      return true;
    }
    return false;
  }
}
