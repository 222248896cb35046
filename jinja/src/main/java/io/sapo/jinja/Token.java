package io.sapo.jinja;

/**
 * @param value text of data, names and operators; the decoded value of strings and numbers
 */
record Token(Kind kind, Object value, int line) {
  enum Kind {
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    OPERATOR,
    STRING,
    NUMBER,
    END
  }

  boolean is(Kind wanted, String text) {
    return kind == wanted && value.equals(text);
  }

  boolean operator(String text) {
    return is(Kind.OPERATOR, text);
  }

  boolean name(String text) {
    return is(Kind.NAME, text);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case END -> "the end of the template";
      case DATA -> "text";
      default -> "'" + value + "'";
    };
  }
}
