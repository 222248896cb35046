package io.sapo.schemas;

/** Bytes that are not a readable record; the message says what is wrong with them. */
public final class RecordFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What kind of damage was found; {@link #label()} is used in dead letters and skip reasons. */
  public enum Kind {
    EMPTY("empty"),
    DAMAGED("damaged"),
    NOT_A_RECORD("not-a-record"),
    UNKNOWN_SCHEMA("unknown-schema"),
    MALFORMED("malformed"),
    TRAILING_BYTES("trailing-bytes"),
    TOO_LARGE("too-large");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  private final Kind kind;

  RecordFormatException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
