package io.sapo.verifier;

import io.sapo.verifier.math.MathEquality;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number within a tolerance of the reference: |a − r| ≤ tolerance · |r|, so that only zero is
 * near zero. The answer is the number in the last box or after the last answer mark, else the last
 * number of the response.
 */
public final class NumericVerifier implements Verifier {
  /** The asterisks of "= **18". */
  private static final Pattern EMPHASIS =
      Pattern.compile("(?<![0-9)A-Za-z}]\\s?)\\*\\*(?=[$-]?[0-9])");

  /** 0.25 (25%), which is no product, as 3 (\frac{1}{2}) and 2 (sin 30) are. */
  private static final Pattern SAID_AGAIN =
      Pattern.compile(
          "[-$]?[0-9][0-9.,/]*+%?\\s++\\((?=[^()]*[A-Za-z%=\u2248~])"
              + "(?![^()=]*(?:\\\\(?!text|approx|%)|(?<![A-Za-z])(?:sin|cos|tan|cot|sec|csc|log|ln|exp|sqrt|pi)(?![A-Za-z])))[^()]*+\\)");

  /** The letter of a unit behind a calculation: 1.5 × 10^3 m. */
  private static final Pattern UNIT =
      Pattern.compile("(?<=[0-9}\u2070-\u2079\u00b2\u00b3\u00b9])\\$?\\s++[mgsNJWVAKLhCFHT]\\.?+$");

  private final BigDecimal tolerance;

  public NumericVerifier() {
    this(VerifierSettings.DEFAULT.numericTolerance());
  }

  private NumericVerifier(double tolerance) {
    this.tolerance = BigDecimal.valueOf(tolerance);
  }

  @Override
  public Verifier configured(VerifierSettings settings) {
    return new NumericVerifier(settings.numericTolerance());
  }

  @Override
  public String name() {
    return "numeric";
  }

  @Override
  public Verdict verify(String response, String reference) {
    BigDecimal expected = expected(reference);
    return Verdict.of(answer(response).filter(answer -> near(answer, expected)).isPresent());
  }

  @Override
  public Explanation explain(String response, String reference) {
    BigDecimal expected = expected(reference);
    Verdict verdict = verify(response, reference);
    Optional<BigDecimal> answer = answer(response);
    String found = FinalAnswer.boxedOrMarked(response).orElse("the last number");
    if (answer.isEmpty()) {
      return Explanation.notFound(verdict, expected.toString(), "single number in " + found);
    }
    return new Explanation(
        verdict,
        found,
        answer.get().toString(),
        expected.toString(),
        (verdict.correct() ? "within" : "not within") + " the relative tolerance of " + tolerance);
  }

  private BigDecimal expected(String reference) {
    return value(FinalAnswer.boxedOrMarked(reference).orElse(reference))
        .orElseThrow(() -> new ReferenceAnswerException(name(), reference, "one number"));
  }

  private boolean near(BigDecimal answer, BigDecimal expected) {
    return answer.subtract(expected).abs().compareTo(tolerance.multiply(expected.abs())) <= 0;
  }

  private static Optional<BigDecimal> answer(String response) {
    Optional<String> stated = FinalAnswer.boxedOrMarked(response);
    return stated.isPresent() ? value(stated.get()) : lastNumber(response);
  }

  private static Optional<BigDecimal> value(String written) {
    String text = EMPHASIS.matcher(Markup.plain(written)).replaceAll("");
    Optional<BigDecimal> evaluated =
        SAID_AGAIN.matcher(text).lookingAt() ? Optional.empty() : MathEquality.number(text);
    return evaluated
        .or(() -> Quantity.stated(text).map(Quantity::value))
        .or(() -> withoutUnit(text));
  }

  private static Optional<BigDecimal> withoutUnit(String text) {
    Matcher unit = UNIT.matcher(text);
    return unit.find() ? MathEquality.number(text.substring(0, unit.start())) : Optional.empty();
  }

  private static Optional<BigDecimal> lastNumber(String response) {
    String tail = response.substring(Math.max(0, response.length() - FinalAnswer.TAIL_CHARS));
    return Quantity.last(tail).map(Quantity::value);
  }
}
