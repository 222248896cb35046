package io.sapo.segmenter.verify;

import io.sapo.segmenter.verify.math.MathEquality;
import java.util.Optional;

/** What the last box holds means the same as the reference (see {@link MathEquality}). */
public final class BoxedMathVerifier implements Verifier {
  @Override
  public String name() {
    return "boxed-math";
  }

  @Override
  public Verdict verify(String response, String reference) {
    return Verdict.of(correct(name(), response, reference));
  }

  @Override
  public Explanation explain(String response, String reference) {
    return explain(name(), verify(response, reference), response, reference);
  }

  static Explanation explain(String verifier, Verdict verdict, String response, String reference) {
    String expected = expected(verifier, reference);
    Optional<String> found = FinalAnswer.boxed(response);
    if (found.isEmpty()) {
      return Explanation.notFound(verdict, expected, "box that holds something");
    }
    MathEquality.Comparison comparison = MathEquality.compare(found.get(), expected);
    return new Explanation(
        verdict, found.get(), comparison.answer(), comparison.reference(), comparison.why());
  }

  static boolean correct(String verifier, String response, String reference) {
    String expected = expected(verifier, reference);
    return FinalAnswer.boxed(response)
        .filter(answer -> MathEquality.same(answer, expected))
        .isPresent();
  }

  private static String expected(String verifier, String reference) {
    String expected = FinalAnswer.boxed(reference).orElse(reference).strip();
    if (expected.isEmpty() || expected.length() > FinalAnswer.ANSWER_CHARS) {
      throw new ReferenceAnswerException(
          verifier, reference, "an expression of 1 to " + FinalAnswer.ANSWER_CHARS + " characters");
    }
    return expected;
  }
}
