package io.sapo.segmenter.verify;

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
    Quantity expected =
        Quantity.only(FinalAnswer.gsm8k(reference).orElse(reference))
            .orElseThrow(
                () ->
                    new ReferenceAnswerException(
                        name(), reference, "one number, alone or after '####' or 'A:'"));
    Optional<Quantity> answer = FinalAnswer.gsm8k(response).flatMap(Quantity::only);
    return Verdict.of(answer.isPresent() && answer.get().sameAs(expected));
  }
}
