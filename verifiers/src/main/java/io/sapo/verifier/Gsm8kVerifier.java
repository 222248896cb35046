package io.sapo.verifier;

import java.util.Optional;

/**
 * GSM8K: the number after the last {@code ####} or {@code A:} equals the reference exactly. The
 * reference is a solution with such a line, or the bare number.
 */
public final class Gsm8kVerifier implements Verifier {
  @Override
  public String name() {
    return "gsm8k";
  }

  @Override
  public Verdict verify(String response, String reference) {
    Quantity expected = expected(reference);
    Optional<Quantity> answer = FinalAnswer.gsm8k(response).flatMap(Quantity::stated);
    return Verdict.of(answer.isPresent() && answer.get().sameAs(expected));
  }

  @Override
  public Explanation explain(String response, String reference) {
    Quantity expected = expected(reference);
    Verdict verdict = verify(response, reference);
    Optional<String> found = FinalAnswer.gsm8k(response);
    if (found.isEmpty()) {
      return Explanation.notFound(verdict, expected.toString(), "'####' and no line with 'A:'");
    }
    Optional<Quantity> answer = Quantity.stated(found.get());
    String why =
        answer.isEmpty()
            ? "it does not hold one number"
            : verdict.correct() ? "the same number" : "different numbers";
    return new Explanation(
        verdict,
        found.get(),
        answer.map(Quantity::toString).orElse("not read"),
        expected.toString(),
        why);
  }

  private Quantity expected(String reference) {
    return Quantity.only(FinalAnswer.gsm8k(reference).orElse(reference))
        .orElseThrow(
            () ->
                new ReferenceAnswerException(
                    name(), reference, "one number, alone or after '####' or 'A:'"));
  }
}
