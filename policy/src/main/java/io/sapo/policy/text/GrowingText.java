package io.sapo.policy.text;

/**
 * The text of a response while it is drawn: takes its tokens as they come, and knows what of their
 * text stays the same whatever tokens follow. Control tokens are left out. Takes time in proportion
 * to the tokens added. For one thread at a time.
 */
public interface GrowingText {
  /** Appends to {@link #text} what has become certain with the tokens from a place on. */
  void add(int[] tokens, int from);

  /** All that is certain, in whole characters; only grows. */
  CharSequence text();

  /**
   * What comes behind {@link #text} if the response ends here, where that is whole characters: of a
   * tokenizer that says only later what bytes stand for.
   */
  default CharSequence ending() {
    return "";
  }
}
