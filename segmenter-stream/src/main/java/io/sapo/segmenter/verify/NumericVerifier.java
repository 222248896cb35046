package io.sapo.segmenter.verify;

import java.util.OptionalDouble;

/**
 * A number within a tolerance of the reference: |a − r| ≤ tolerance · max(1, |r|). The answer is
 * the number in the last box or after the last answer mark, else the last number of the response.
 */
public final class NumericVerifier implements Verifier {
  private final double tolerance;

  public NumericVerifier() {
    this(VerifierSettings.DEFAULT.numericTolerance());
  }

  private NumericVerifier(double tolerance) {
    this.tolerance = tolerance;
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
    double expected =
        value(FinalAnswer.boxedOrMarked(reference).orElse(reference))
            .orElseThrow(() -> new ReferenceAnswerException(name(), reference, "one number"));
    OptionalDouble answer =
        FinalAnswer.boxedOrMarked(response)
            .map(NumericVerifier::value)
            .orElseGet(() -> lastNumber(response));
    return Verdict.of(
        answer.isPresent()
            && Math.abs(answer.getAsDouble() - expected)
                <= tolerance * Math.max(1, Math.abs(expected)));
  }

  private static OptionalDouble value(String text) {
    OptionalDouble evaluated = LatexMath.evaluate(LatexMath.normalise(text));
    if (evaluated.isPresent()) {
      return evaluated;
    }
    return Quantity.only(text)
        .map(quantity -> OptionalDouble.of(quantity.value()))
        .orElse(OptionalDouble.empty());
  }

  private static OptionalDouble lastNumber(String response) {
    String tail = response.substring(Math.max(0, response.length() - FinalAnswer.TAIL_CHARS));
    return Quantity.last(tail)
        .map(quantity -> OptionalDouble.of(quantity.value()))
        .orElse(OptionalDouble.empty());
  }
}
