package io.sapo.jinja;

/**
 * Where one text stands in another. Characters compared count as work: a search may need as many
 * comparisons as the product of both lengths.
 */
final class TextSearch {
  private TextSearch() {}

  /** The first place from {@code from} on, in chars, or -1. */
  static int first(String text, String part, int from, Budget budget) {
    if (part.isEmpty()) {
      return Math.min(from, text.length());
    }
    int last = text.length() - part.length();
    for (int at = text.indexOf(part.charAt(0), from);
        at >= 0 && at <= last;
        at = text.indexOf(part.charAt(0), at + 1)) {
      if (standsAt(text, part, at, budget)) {
        return at;
      }
    }
    return -1;
  }

  /** The last place up to {@code from}, in chars, or -1. */
  static int last(String text, String part, int from, Budget budget) {
    int start = Math.min(from, text.length() - part.length());
    if (part.isEmpty()) {
      return start;
    }
    for (int at = text.lastIndexOf(part.charAt(0), start);
        at >= 0;
        at = text.lastIndexOf(part.charAt(0), at - 1)) {
      if (standsAt(text, part, at, budget)) {
        return at;
      }
    }
    return -1;
  }

  private static boolean standsAt(String text, String part, int at, Budget budget) {
    int same = 1;
    while (same < part.length() && text.charAt(at + same) == part.charAt(same)) {
      same++;
    }
    budget.scan(same);
    return same == part.length();
  }
}
