package io.sapo.verifier;

import io.sapo.verifier.math.EqualityPolicy;
import io.sapo.verifier.math.MathEquality;
import java.util.Optional;

/** What the last box holds means the same as the reference (see {@link MathEquality}). */
public final class BoxedMathVerifier implements Verifier {
  private final EqualityPolicy policy;

  public BoxedMathVerifier() {
    this(EqualityPolicy.DEFAULT);
  }

  BoxedMathVerifier(EqualityPolicy policy) {
    this.policy = policy;
  }

  @Override
  public Verifier configured(VerifierSettings settings) {
    return new BoxedMathVerifier(settings.equality());
  }

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

  Explanation explain(String verifier, Verdict verdict, String response, String reference) {
    String expected = expected(verifier, reference);
    Optional<String> found = FinalAnswer.boxed(response);
    if (found.isEmpty()) {
      return Explanation.notFound(verdict, expected, "box that holds something");
    }
    MathEquality.Comparison comparison =
        MathEquality.compare(bare(found.get(), expected), expected, policy);
    return new Explanation(
        verdict, found.get(), comparison.answer(), comparison.reference(), comparison.why());
  }

  boolean correct(String verifier, String response, String reference) {
    String expected = expected(verifier, reference);
    return FinalAnswer.boxed(response)
        .filter(answer -> MathEquality.same(bare(answer, expected), expected, policy))
        .isPresent();
  }

  /** Without what decorates it, where the reference has nothing of the kind. */
  private static String bare(String answer, String expected) {
    return Markup.plain(expected).equals(expected) ? Markup.plain(answer) : answer;
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
