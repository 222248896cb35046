package io.sapo.producer;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.text.DecodedResponse;
import io.sapo.policy.text.StopTexts;
import io.sapo.policy.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A stop text that ends inside a token of a response, with text of that token behind it and tokens
 * behind that one.
 *
 * @param text of the response up to the end of that token
 * @param stop occurs there for the first time
 * @param tokens through the one in which it ends
 */
public record StopInsideToken(String text, String stop, int[] tokens) {
  /** Looks for one that begins with a token. */
  public static Optional<StopInsideToken> in(Generation generated, Tokenizer tokenizer) {
    return in(generated, tokenizer, 0, place -> true);
  }

  /**
   * @param before tokens before that one that it has of as well
   * @param places of that token
   */
  public static Optional<StopInsideToken> in(
      Generation generated, Tokenizer tokenizer, int before, IntPredicate places) {
    DecodedResponse decoded = tokenizer.decodeResponse(generated.tokens());
    int[] ends = decoded.tokenEnds();
    return IntStream.range(before + 1, ends.length - 1)
        .filter(i -> places.test(i) && ends[i] - ends[i - 1] >= 2)
        .mapToObj(
            i ->
                new StopInsideToken(
                    decoded.text().substring(0, ends[i]),
                    decoded.text().substring(ends[i - 1 - before], ends[i] - 1),
                    Arrays.copyOf(generated.tokens(), i + 1)))
        .filter(
            found ->
                StopTexts.canBeFound(found.stop())
                    && found.text().indexOf(found.stop())
                        == found.text().length() - found.stop().length() - 1)
        .findFirst();
  }

  public String shown() {
    return text.substring(0, text.indexOf(stop));
  }

  public StopTexts texts(Tokenizer tokenizer) {
    return new StopTexts(List.of("no such text", stop), tokenizer::growingText);
  }
}
