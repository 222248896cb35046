package io.sapo.verifier;

import io.sapo.verifier.math.MathEquality;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@link Gsm8kVerifier}, and every calculation on the way ({@code 16-3-4=9}) is checked: a wrong
 * one takes a tenth from the segment in which it ends, half a reward at most. A right one earns
 * nothing, so that writing many of them does not pay. Calculations with letters, and what is part
 * of a larger one, are left alone; the mark of a line ({@code 2)}, {@code -}) is no part.
 *
 * <p>Of lines that a letter names, as a chain has them ({@code a7+5=12}, {@code b12-3=9}), each
 * must also begin with what the letter before came to.
 */
public final class StepsVerifier implements Verifier {
  private static final double PENALTY = 0.1;
  private static final int MAX_PENALTIES = 5;

  /** Of equals signs that are looked at; and characters before one. */
  private static final int MAX_STEPS = 500;

  private static final int MAX_CHARS = 80;

  private static final String NUMBER = "\\$?[0-9][0-9,]*+(?:\\.[0-9]++)?+";
  private static final Pattern FIRST = Pattern.compile(NUMBER);
  private static final Pattern EXPRESSION =
      Pattern.compile("(" + NUMBER + "(?: ?[-+*/] ?" + NUMBER + ")++) ?\\z");
  private static final Pattern RESULT =
      Pattern.compile(" ?(-?" + NUMBER + ")(?! ?[-+*/%^(]|[0-9a-zA-Z])");

  /** What a line may begin with: the letter of a chain's step, or the mark of a list. */
  private static final Pattern MARK =
      Pattern.compile(
          "(?:\\A|\\n)[ \\t]*+(?:([a-z])|[a-z0-9]{1,2}+[.)] |\\([a-z0-9]{1,2}+\\) |[-*\u2022] )\\z");

  private static final Pattern PART_OF_MORE = Pattern.compile("[-+*/^=().,%a-zA-Z0-9}] ?\\z");

  private final Verifier outcome = new Gsm8kVerifier();

  @Override
  public String name() {
    return "gsm8k-steps";
  }

  @Override
  public Verdict verify(String response, String reference) {
    return outcome.verify(response, reference);
  }

  @Override
  public Explanation explain(String response, String reference) {
    Explanation of = outcome.explain(response, reference);
    int wrong = wrongSteps(response).size();
    return new Explanation(
        of.verdict(), of.answer(), of.read(), of.reference(), of.why() + "; wrong steps: " + wrong);
  }

  @Override
  public double[] segmentRewards(List<String> segments, String reference) {
    double[] rewards = new double[segments.size()];
    int segment = 0;
    int end = segments.isEmpty() ? 0 : segments.get(0).length();
    int taken = 0;
    for (int step : wrongSteps(String.join("", segments))) {
      while (step > end) {
        end += segments.get(++segment).length();
      }
      if (taken++ < MAX_PENALTIES) {
        rewards[segment] -= PENALTY;
      }
    }
    return rewards;
  }

  /**
   * @param letter that names its line; empty where none does
   * @param result as it is written
   */
  private record Step(String letter, String result) {
    /** Whether it follows a step of the letter before, and begins with another number. */
    static boolean breaks(Step before, String letter, String expression) {
      Matcher first = FIRST.matcher(expression);
      return before != null
          && !letter.isEmpty()
          && !before.letter.isEmpty()
          && letter.charAt(0) == before.letter.charAt(0) + 1
          && first.lookingAt()
          && !first.group().equals(before.result);
    }
  }

  /** Where the wrong calculations end, ascending. */
  private static List<Integer> wrongSteps(String text) {
    List<Integer> wrong = new ArrayList<>();
    int from = Math.max(0, text.length() - FinalAnswer.TAIL_CHARS);
    int seen = 0;
    Step last = null;
    for (int at = text.indexOf('=', from);
        at >= 0 && seen++ < MAX_STEPS;
        at = text.indexOf('=', at + 1)) {
      int start = Math.max(from, at - MAX_CHARS);
      String before = text.substring(start, at);
      Matcher result = RESULT.matcher(text).region(at + 1, Math.min(text.length(), at + MAX_CHARS));
      Matcher expression = EXPRESSION.matcher(before);
      if (!result.useTransparentBounds(true).lookingAt() || !expression.find()) {
        continue;
      }
      String opening = before.substring(0, expression.start());
      Matcher mark = MARK.matcher(opening);
      boolean marked = mark.find() && (mark.start() > 0 || opening.startsWith("\n") || start == 0);
      if (marked || !PART_OF_MORE.matcher(opening).find() && (!opening.isEmpty() || start == 0)) {
        String letter = marked && mark.group(1) != null ? mark.group(1) : "";
        // "- 7 + 5 = -2" may be a sum, and no line of a list.
        boolean sum = opening.endsWith("- ") && result.group(1).startsWith("-");
        if (!sum && isWrong(expression.group(1), result.group(1))
            || Step.breaks(last, letter, expression.group(1))) {
          wrong.add(result.end(1));
        }
        last = new Step(letter, result.group(1));
      }
    }
    return wrong;
  }

  /** Quotients may be rounded to the places written. */
  private static boolean isWrong(String expression, String result) {
    Optional<BigDecimal> right = MathEquality.number(expression.replace("$", ""));
    Optional<BigDecimal> written = MathEquality.number(result.replace("$", ""));
    if (right.isEmpty() || written.isEmpty()) {
      return false;
    }
    BigDecimal error = right.get().subtract(written.get()).abs();
    int point = result.indexOf('.');
    int places = point < 0 ? 0 : result.length() - point - 1;
    boolean rounded = expression.indexOf('/') >= 0 && places > 0;
    BigDecimal allowed = rounded ? BigDecimal.ONE.movePointLeft(places) : BigDecimal.ZERO;
    return error.compareTo(allowed) > 0;
  }
}
