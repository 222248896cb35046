package io.sapo.policy.text;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Texts before which a response is cut. It ends with the token after which its text, decoded by
 * itself, contains one of them; that token's other characters, and the stop text itself, are
 * sampled but not shown. Thread-safe.
 *
 * @param texts none of them empty; well-formed and without U+FFFD, which a text may hold for as
 *     long as a character is not complete
 * @param growing begins the text of a response
 */
public record StopTexts(List<String> texts, Supplier<GrowingText> growing) {
  /**
   * @throws IllegalArgumentException when there is none, or one that cannot be looked for
   */
  public StopTexts {
    texts = List.copyOf(texts);
    if (texts.isEmpty() || !texts.stream().allMatch(StopTexts::canBeFound)) {
      throw new IllegalArgumentException("stop texts must be there, well-formed and not empty");
    }
  }

  /** Whether it is a text that a response can be searched for. */
  public static boolean canBeFound(String text) {
    return !text.isEmpty()
        && text.codePoints()
            .noneMatch(
                c -> c == 0xFFFD || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** The text of a response that is still being drawn. */
  public StoppedText begin() {
    return new StoppedText(growing.get(), new StopMatcher(texts));
  }

  /** How many of these tokens belong to a response; empty where no stop text ends it. */
  public OptionalInt end(int[] tokens) {
    StoppedText text = begin();
    for (int i = 0; i < tokens.length; i++) {
      if (text.endsWith(tokens[i])) {
        return OptionalInt.of(i + 1);
      }
    }
    return OptionalInt.empty();
  }

  /** A whole response's text up to the first stop text. */
  public String cut(String text) {
    StopMatcher matcher = new StopMatcher(texts);
    matcher.read(text, 0);
    return matcher.found() ? text.substring(0, matcher.free()) : text;
  }
}
