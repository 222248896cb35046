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
 * of a larger one, are left alone.
 */
public final class StepsVerifier implements Verifier {
  private static final double PENALTY = 0.1;
  private static final int MAX_PENALTIES = 5;

  /** Of equals signs that are looked at; and characters before one. */
  private static final int MAX_STEPS = 500;

  private static final int MAX_CHARS = 80;

  private static final String NUMBER = "\\$?[0-9][0-9,]*+(?:\\.[0-9]++)?+";
  private static final Pattern EXPRESSION =
      Pattern.compile("(" + NUMBER + "(?: ?[-+*/] ?" + NUMBER + ")++) ?\\z");
  private static final Pattern RESULT =
      Pattern.compile(" ?(-?" + NUMBER + ")(?! ?[-+*/%^(]|[0-9a-zA-Z])");
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

  /** Where the wrong calculations end, ascending. */
  private static List<Integer> wrongSteps(String text) {
    List<Integer> wrong = new ArrayList<>();
    int from = Math.max(0, text.length() - FinalAnswer.TAIL_CHARS);
    int seen = 0;
    for (int at = text.indexOf('=', from);
        at >= 0 && seen++ < MAX_STEPS;
        at = text.indexOf('=', at + 1)) {
      String before = text.substring(Math.max(from, at - MAX_CHARS), at);
      Matcher result = RESULT.matcher(text).region(at + 1, Math.min(text.length(), at + MAX_CHARS));
      Matcher expression = EXPRESSION.matcher(before);
      if (result.useTransparentBounds(true).lookingAt()
          && expression.find()
          && !PART_OF_MORE.matcher(before.substring(0, expression.start())).find()
          && (expression.start() > 0 || before.length() < MAX_CHARS)
          && isWrong(expression.group(1), result.group(1))) {
        wrong.add(result.end(1));
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
