package io.sapo.jinja;

/** A template that cannot be read or rendered; one sentence in Python's words where it has any. */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What kind of failure it is. */
  public enum Kind {
    /** The text is no template. */
    SYNTAX,
    /** The template called {@code raise_exception}; the message is its own. */
    RAISED,
    /** A value that the template does not fit: missing, of another type, out of range. */
    VALUE,
    /** Something the sandbox forbids. */
    FORBIDDEN,
    /** More work, text or depth than a template may take. */
    LIMIT
  }

  private final Kind kind;

  JinjaException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  static JinjaException syntax(int line, String problem) {
    return new JinjaException(Kind.SYNTAX, "line " + line + ": " + problem);
  }

  static JinjaException value(String problem) {
    return new JinjaException(Kind.VALUE, problem);
  }

  /** For callers: messages that cannot be rendered for a reason of their own. */
  public static JinjaException refusal(String problem) {
    return value(problem);
  }

  public Kind kind() {
    return kind;
  }
}
