package io.sapo.policy.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Reads how a tokenizer's regular expression (Oniguruma's syntax) is built, for what makes matching
 * take time that grows as a power of a text's length: groups of changing length that are repeated,
 * references to what was matched, recursion. Patterns of tokenizers repeat classes of characters,
 * and need none of these.
 */
final class PatternStructure {
  private static final int MOST_CHARACTERS = 1 << 14;
  private static final int MOST_REPEATED = 1_000;
  private static final int MOST_NESTED = 50;

  private final String pattern;
  private int at;

  private PatternStructure(String pattern) {
    this.pattern = pattern;
  }

  /** What is wrong with it, as the end of a sentence; empty where nothing is. */
  static Optional<String> fault(String pattern) {
    if (pattern.length() > MOST_CHARACTERS) {
      return Optional.of("has more than " + MOST_CHARACTERS + " characters");
    }
    try {
      new PatternStructure(pattern).read();
      return Optional.empty();
    } catch (UnfitException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** A pattern that is refused; does not leave this class. */
  private static final class UnfitException extends Exception {
    UnfitException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * What a group or a single item may match.
   *
   * @param changes whether in more than one way: of several lengths, or by alternatives
   * @param most how often the items within may be repeated, at most
   */
  private record Item(boolean changes, long most) {
    static final Item ONE = new Item(false, 1);
  }

  /** A group that is open. */
  private static final class Group {
    private boolean changes;
    private long most = 1;

    void add(Item item) {
      changes |= item.changes;
      most = Math.max(most, item.most);
    }
  }

  private void read() throws UnfitException {
    Deque<Group> open = new ArrayDeque<>();
    open.push(new Group());
    while (at < pattern.length()) {
      char next = pattern.charAt(at++);
      Item item = Item.ONE;
      switch (next) {
        case '(' -> {
          boolean comment = begin();
          if (!comment) {
            open.push(new Group());
          }
          if (open.size() > MOST_NESTED) {
            throw new UnfitException("nests groups more than " + MOST_NESTED + " deep");
          }
          continue;
        }
        case ')' -> {
          if (open.size() == 1) {
            return; // no regular expression: the library says so
          }
          Group closed = open.pop();
          item = new Item(closed.changes, closed.most);
        }
        case '|' -> {
          open.peek().changes = true;
          continue;
        }
        case '[' -> skipClass();
        case '\\' -> skipEscape();
        default -> {
          // a character that stands for itself
        }
      }
      open.peek().add(quantified(item));
    }
  }

  /** Behind an opening parenthesis. Returns whether it was a comment, which is over now. */
  private boolean begin() throws UnfitException {
    if (pattern.startsWith("?#", at)) {
      int end = pattern.indexOf(')', at);
      at = end < 0 ? pattern.length() : end + 1;
      return true;
    }
    if (pattern.startsWith("?(", at)
        || pattern.startsWith("?~", at)
        || pattern.startsWith("?@", at)
        || pattern.startsWith("*", at)
        || pattern.startsWith("?{", at)) {
      throw new UnfitException("has conditions, calls or an absent operator");
    }
    if (!pattern.startsWith("?", at)) {
      return false;
    }
    at++;
    boolean named =
        pattern.startsWith("<", at)
            && !pattern.startsWith("<=", at)
            && !pattern.startsWith("<!", at);
    if (named || pattern.startsWith("'", at)) {
      int end = pattern.indexOf(named ? '>' : '\'', at + 1);
      at = end < 0 ? pattern.length() : end + 1;
      return false;
    }
    int from = at;
    while (at < pattern.length() && "imxdsuaWDSPyg-^:=!<>{}".indexOf(pattern.charAt(at)) >= 0) {
      at++;
    }
    String options = pattern.substring(from, at);
    int minus = options.indexOf('-');
    if (options.indexOf('x') >= 0 && (minus < 0 || options.indexOf('x') < minus)) {
      throw new UnfitException("is written with spaces and comments (?x)");
    }
    return false;
  }

  private void skipClass() {
    int depth = 1;
    if (pattern.startsWith("^", at)) {
      at++;
    }
    if (pattern.startsWith("]", at)) {
      at++;
    }
    while (at < pattern.length() && depth > 0) {
      char next = pattern.charAt(at++);
      depth += next == '[' ? 1 : next == ']' ? -1 : 0;
      at += next == '\\' ? 1 : 0;
    }
  }

  private void skipEscape() throws UnfitException {
    if (at == pattern.length()) {
      return;
    }
    char kind = pattern.charAt(at++);
    if (kind >= '1' && kind <= '9' || kind == 'k' || kind == 'g') {
      throw new UnfitException("refers to what was matched before");
    }
    boolean braced = "pPxou".indexOf(kind) >= 0 && pattern.startsWith("{", at);
    if (braced) {
      int end = pattern.indexOf('}', at);
      at = end < 0 ? pattern.length() : end + 1;
    }
  }

  /** An item with the quantifiers behind it. */
  private Item quantified(Item item) throws UnfitException {
    Item read = item;
    while (at < pattern.length()) {
      long most;
      boolean fixed = false;
      char next = pattern.charAt(at);
      if (next == '*' || next == '+') {
        most = Long.MAX_VALUE;
        at++;
      } else if (next == '?') {
        most = 1;
        at++;
      } else {
        Optional<long[]> bounds = next == '{' ? bounds() : Optional.empty();
        if (bounds.isEmpty()) {
          return read;
        }
        most = bounds.get()[1];
        fixed = bounds.get()[0] == most;
      }
      read = repeated(read, most, fixed);
      // Lazy or possessive: the same ways to match, or fewer.
      boolean suffix = at < pattern.length() && "?+".indexOf(pattern.charAt(at)) >= 0;
      at += suffix && (next != '{' || pattern.charAt(at) == '?') ? 1 : 0;
    }
    return read;
  }

  private static Item repeated(Item item, long most, boolean fixed) throws UnfitException {
    if (item.changes && most > 1) {
      throw new UnfitException("repeats a group that itself matches in more than one way");
    }
    boolean unbounded = most == Long.MAX_VALUE;
    if (!unbounded && (most > MOST_REPEATED || most * item.most > MOST_REPEATED)) {
      throw new UnfitException("repeats something more than " + MOST_REPEATED + " times");
    }
    return new Item(item.changes || !fixed, unbounded ? item.most : Math.max(1, most * item.most));
  }

  /** Of {@code {n}}, {@code {n,}}, {@code {,m}} or {@code {n,m}}; empty where it is none. */
  private Optional<long[]> bounds() {
    int end = pattern.indexOf('}', at);
    String within = end < 0 ? "" : pattern.substring(at + 1, end);
    if (!within.matches("\\d{1,9}|\\d{0,9},\\d{0,9}") || within.equals(",")) {
      return Optional.empty();
    }
    at = end + 1;
    String[] parts = within.split(",", -1);
    long least = parts[0].isEmpty() ? 0 : Long.parseLong(parts[0]);
    if (parts.length == 1) {
      return Optional.of(new long[] {least, least});
    }
    long most = parts[1].isEmpty() ? Long.MAX_VALUE : Long.parseLong(parts[1]);
    return Optional.of(new long[] {least, most});
  }
}
