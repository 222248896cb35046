package io.sapo.policy.text;

/** A text of more characters than a tokenizer takes; the message says how many it has. */
public final class TextTooLongException extends IllegalArgumentException {
  TextTooLongException(int characters) {
    super(
        "the text has %d characters, a tokenizer takes %d at most"
            .formatted(characters, Tokenizer.MOST_CHARACTERS));
  }
}
