package io.sapo.jinja;

/**
 * What one rendering may take. Work is counted, not timed, so that the same template and messages
 * are refused or rendered alike on every machine.
 */
final class Budget {
  /** Evaluated nodes and scanned text; a few seconds of one core at the very most. */
  static final long MAX_WORK = 20_000_000;

  /** Characters of text made, intermediate text included. */
  static final long MAX_CHARS = 16L << 20;

  /** Nested evaluations; leaves room on a thread's default stack. */
  static final int MAX_DEPTH = 400;

  /** Longest {@code range}, as in Jinja2's sandbox. */
  static final int MAX_RANGE = 100_000;

  private static final int CHARS_SCANNED_FOR_ONE = 16;
  private static final int WORK_FOR_AN_ELEMENT = 20;

  private long work;
  private long chars;
  private int depth;

  void enter() {
    work(1);
    if (++depth > MAX_DEPTH) {
      throw limit("nests deeper than " + MAX_DEPTH + " levels");
    }
  }

  void leave() {
    depth--;
  }

  void work(long units) {
    work += units;
    if (work > MAX_WORK) {
      throw limit("takes more than " + MAX_WORK + " steps");
    }
  }

  /** Before text of that length is looked through. */
  void scan(long length) {
    work(1 + length / CHARS_SCANNED_FOR_ONE);
  }

  /** Before text of that length is made. */
  void make(long length) {
    work(1 + length / CHARS_SCANNED_FOR_ONE);
    chars += length;
    if (chars > MAX_CHARS || length < 0) {
      throw limit("makes more than " + MAX_CHARS + " characters of text");
    }
  }

  /** Before a list of that many elements is made. */
  void makeList(long elements) {
    work(elements > MAX_WORK ? MAX_WORK + 1 : 1 + elements * WORK_FOR_AN_ELEMENT);
  }

  /** Counts text that has just been made. */
  String made(String text) {
    make(text.length());
    return text;
  }

  private static JinjaException limit(String what) {
    return new JinjaException(JinjaException.Kind.LIMIT, "the template " + what);
  }
}
