package io.sapo.verifier.math;

/**
 * A piece of an answer.
 *
 * @param text of a number its digits as written; of a command its name; else what stands there
 * @param value of a number; otherwise null
 * @param spaced whether white space stands before it
 * @param inText whether it stands in \text{…} or the like
 */
record Token(Kind kind, String text, Rational value, boolean spaced, boolean inText) {
  enum Kind {
    NUMBER,
    /** A run of letters that is no product of variables. */
    WORD,
    /** A variable or constant: one letter, or the name of a Greek one. */
    NAME,
    COMMAND,
    SIGN
  }

  static Token sign(String text, boolean spaced) {
    return new Token(Kind.SIGN, text, null, spaced, false);
  }

  boolean is(Kind kind, String text) {
    return this.kind == kind && this.text.equals(text);
  }

  boolean isSign(String text) {
    return is(Kind.SIGN, text);
  }

  boolean isWholeNumber() {
    return kind == Kind.NUMBER && value.isInteger() && text.chars().allMatch(Character::isDigit);
  }
}
