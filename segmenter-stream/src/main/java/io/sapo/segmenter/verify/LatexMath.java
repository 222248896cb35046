package io.sapo.segmenter.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares short mathematical answers written in LaTeX or plainly. */
final class LatexMath {
  private static final double RELATIVE_TOLERANCE = 1e-9;

  private static final Pattern DECORATION =
      Pattern.compile(
          "\\\\(?:left|right|displaystyle|[!,;: ])|\\$|\\^\\{?\\\\circ\\}?|\\\\circ|\u00b0|\\\\?%");

  /** White space, but for one space between digits: "3 4" is not 34. */
  private static final Pattern SPACING = Pattern.compile("(?<![0-9.])\\s++|\\s++(?![0-9.])");

  private static final Pattern TEXT =
      Pattern.compile("\\\\(?:text|textbf|mathrm|mathbf)\\{([^{}]*+)\\}");
  private static final Pattern NAMED = Pattern.compile("[A-Za-z]=(?=.)");

  private LatexMath() {}

  /** Whether two answers are written alike, have one value, or are tuples of such. */
  static boolean same(String answer, String reference) {
    String left = normalise(answer);
    String right = normalise(reference);
    if (left.equals(right)) {
      return true;
    }
    OptionalDouble a = evaluate(left);
    OptionalDouble b = evaluate(right);
    if (a.isPresent() && b.isPresent()) {
      double size = Math.max(1, Math.abs(b.getAsDouble()));
      return Math.abs(a.getAsDouble() - b.getAsDouble()) <= RELATIVE_TOLERANCE * size;
    }
    return sameTuple(left, right);
  }

  private static boolean sameTuple(String left, String right) {
    List<String> a = elements(left);
    List<String> b = elements(right);
    if (a.size() < 2 || a.size() != b.size() || left.charAt(0) != right.charAt(0)) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      OptionalDouble x = evaluate(a.get(i));
      OptionalDouble y = evaluate(b.get(i));
      boolean equal =
          x.isPresent() && y.isPresent()
              ? Math.abs(x.getAsDouble() - y.getAsDouble())
                  <= RELATIVE_TOLERANCE * Math.max(1, Math.abs(y.getAsDouble()))
              : a.get(i).equals(b.get(i));
      if (!equal) {
        return false;
      }
    }
    return true;
  }

  /** The elements of (a,b,…) or [a,b,…]; none when the text is no such thing. */
  private static List<String> elements(String text) {
    List<String> elements = new ArrayList<>();
    int last = text.length() - 1;
    if (last < 1 || "([".indexOf(text.charAt(0)) < 0 || ")]".indexOf(text.charAt(last)) < 0) {
      return elements;
    }
    int depth = 0;
    int start = 1;
    for (int i = 1; i < last; i++) {
      char c = text.charAt(i);
      if ("([{".indexOf(c) >= 0) {
        depth++;
      } else if (")]}".indexOf(c) >= 0) {
        depth--;
      } else if (c == ',' && depth == 0) {
        elements.add(text.substring(start, i));
        start = i + 1;
      }
    }
    elements.add(text.substring(start, last));
    return elements;
  }

  /** Without spacing, degree and percent signs, units in text braces and a leading "x=". */
  static String normalise(String answer) {
    String text =
        answer.length() > FinalAnswer.ANSWER_CHARS
            ? answer.substring(0, FinalAnswer.ANSWER_CHARS)
            : answer;
    text = text.replace('\u2212', '-').replace("{,}", ",").replace("\\dfrac", "\\frac");
    text = text.replace("\\tfrac", "\\frac").replace("\\cdot", "*").replace("\\times", "*");
    text = text.replace("\\div", "/").replace("\u03c0", "\\pi ").replace("\u00d7", "*");
    text = withoutUnits(text);
    text = SPACING.matcher(DECORATION.matcher(text).replaceAll("").strip()).replaceAll("");
    if (text.endsWith(".")) {
      text = text.substring(0, text.length() - 1);
    }
    Matcher named = NAMED.matcher(text);
    return named.lookingAt() ? text.substring(named.end()) : text;
  }

  /** Drops text in braces after a value, unwraps it where it is the answer itself. */
  private static String withoutUnits(String text) {
    String without = TEXT.matcher(text).replaceAll("");
    return without.isBlank() || without.equals("()")
        ? TEXT.matcher(text).replaceAll("$1")
        : without;
  }

  /** The value of a normalised expression of numbers, + − * / ^, fractions, roots and π. */
  static OptionalDouble evaluate(String normalised) {
    return new LatexExpression(normalised).value();
  }
}
