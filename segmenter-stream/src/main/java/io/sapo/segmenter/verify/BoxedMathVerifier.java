package io.sapo.segmenter.verify;

import io.sapo.segmenter.verify.math.MathEquality;

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

  static boolean correct(String verifier, String response, String reference) {
    String expected = FinalAnswer.boxed(reference).orElse(reference).strip();
    if (expected.isEmpty() || expected.length() > FinalAnswer.ANSWER_CHARS) {
      throw new ReferenceAnswerException(
          verifier, reference, "an expression of 1 to " + FinalAnswer.ANSWER_CHARS + " characters");
    }
    return FinalAnswer.boxed(response)
        .filter(answer -> MathEquality.same(answer, expected))
        .isPresent();
  }
}
