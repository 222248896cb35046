package io.sapo.verifier;

import io.sapo.verifier.math.MathEquality;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * A number within a tolerance of the reference: |a − r| ≤ tolerance · |r|, so that only zero is
 * near zero. The answer is the number in the last box or after the last answer mark, else the last
 * number of the response.
 */
public final class NumericVerifier implements Verifier {
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

  private static Optional<BigDecimal> value(String text) {
    Optional<BigDecimal> evaluated = MathEquality.number(text);
    return evaluated.isPresent() ? evaluated : Quantity.stated(text).map(Quantity::value);
  }

  private static Optional<BigDecimal> lastNumber(String response) {
    String tail = response.substring(Math.max(0, response.length() - FinalAnswer.TAIL_CHARS));
    return Quantity.last(tail).map(Quantity::value);
  }
}
