package io.sapo.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code textwrap.wrap} of one line, tabs and white space left as they are. */
final class WordWrap {
  private static final String SPACE = "[\\t\\n\\u000b\\f\\r ]";
  private static final String NO_SPACE = "[^\\t\\n\\u000b\\f\\r ]";
  private static final String WORD_PUNCTUATION = "[\\w!\"'&.,?]";
  private static final String LETTER = "[^\\d\\W]";
  private static final Pattern SIMPLE = Pattern.compile("(?U)(" + SPACE + "+)|" + NO_SPACE + "+");

  /** Words end at white space, behind a hyphen between letters, and around a dash. */
  private static final Pattern HYPHENATED =
      Pattern.compile(
          ("(?U)%1$s+|(?<=%3$s)-{2,}(?=\\w)|%2$s+?(?:-(?:(?<=%4$s{2}-)|(?<=%4$s-%4$s-))(?=%4$s-?%4$s)"
                  + "|(?=%1$s|\\z)|(?<=%3$s)(?=-{2,}\\w))")
              .formatted(SPACE, NO_SPACE, WORD_PUNCTUATION, LETTER));

  private final int width;
  private final boolean breakLong;
  private final Pattern chunks;
  private final Budget budget;

  WordWrap(int width, boolean breakLong, boolean breakOnHyphens, Budget budget) {
    if (width <= 0) {
      throw JinjaException.value("invalid width %d (must be > 0)".formatted(width));
    }
    this.width = width;
    this.breakLong = breakLong;
    this.budget = budget;
    this.chunks = breakOnHyphens ? HYPHENATED : SIMPLE;
  }

  List<String> lines(String text) {
    Deque<String> left = new ArrayDeque<>();
    for (Matcher chunk = chunks.matcher(text); chunk.find(); ) {
      left.add(chunk.group());
    }
    List<String> lines = new ArrayList<>();
    while (!left.isEmpty()) {
      // What is left of a long word is copied for each line.
      budget.scan(left.peek().length());
      Deque<String> line = new ArrayDeque<>();
      if (blank(left.peek()) && !lines.isEmpty()) {
        left.pop();
      }
      int length = take(left, line);
      if (!left.isEmpty() && Elements.length(left.peek()) > width) {
        breakUp(left, line, length);
      }
      if (!line.isEmpty() && blank(line.peekLast())) {
        line.removeLast();
      }
      if (!line.isEmpty()) {
        lines.add(String.join("", line));
      }
    }
    return lines;
  }

  private int take(Deque<String> left, Deque<String> line) {
    int length = 0;
    while (!left.isEmpty() && length + Elements.length(left.peek()) <= width) {
      length += Elements.length(left.peek());
      line.add(left.pop());
    }
    return length;
  }

  /** Puts as much of a chunk that fits in no line on this one, or all of it where none stands. */
  private void breakUp(Deque<String> left, Deque<String> line, int length) {
    if (breakLong) {
      String chunk = left.pop();
      int kept = width - length;
      int cut = PyText.offset(chunk, kept);
      if (chunks == HYPHENATED && Elements.length(chunk) > kept) {
        int hyphen = chunk.lastIndexOf('-', cut - 1);
        boolean inside = hyphen > 0 && chunk.substring(0, hyphen).chars().anyMatch(c -> c != '-');
        cut = inside ? hyphen + 1 : cut;
      }
      line.add(chunk.substring(0, cut));
      left.push(chunk.substring(cut));
    } else if (line.isEmpty()) {
      line.add(left.pop());
    }
  }

  private static boolean blank(String chunk) {
    return PyText.stripRight(chunk).isEmpty();
  }
}
