package io.sapo.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Finding and splitting in Python's {@code str}. */
final class Searching {
  private static final String LINE_ENDS = "\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029";

  private Searching() {}

  /** The part of the text that the optional bounds {@code start} and {@code end} leave. */
  static String within(String text, Arguments arguments, int first) {
    if (!arguments.has(first, "start")) {
      return text;
    }
    int[] bounds = bounds(text, arguments, first);
    return text.substring(bounds[0], Math.max(bounds[0], bounds[1]));
  }

  private static int[] bounds(String text, Arguments arguments, int first) {
    int size = Elements.length(text);
    int start = clamp(arguments.integerOrNone(first, "start", 0), size);
    int end = clamp(arguments.integerOrNone(first + 1, "end", size), size);
    return new int[] {PyText.offset(text, start), PyText.offset(text, end)};
  }

  private static int clamp(int index, int size) {
    return Math.max(0, Math.min(size, index < 0 ? index + size : index));
  }

  /** Index in code points, or -1. */
  static Object find(String text, Arguments arguments, Budget budget, boolean last) {
    String part = wanted(arguments, budget);
    int[] bounds = bounds(text, arguments, 1);
    if (bounds[0] > bounds[1]) {
      return -1L;
    }
    String within = text.substring(bounds[0], bounds[1]);
    int at =
        last
            ? TextSearch.last(within, part, within.length(), budget)
            : TextSearch.first(within, part, 0, budget);
    return at < 0 ? -1L : (long) text.codePointCount(0, bounds[0] + at);
  }

  static Object found(Object index) {
    if (index.equals(-1L)) {
      throw JinjaException.value("substring not found");
    }
    return index;
  }

  static Object count(String text, Arguments arguments, Budget budget) {
    String part = wanted(arguments, budget);
    String within = within(text, arguments, 1);
    if (part.isEmpty()) {
      return (long) Elements.length(within) + 1;
    }
    long count = 0;
    for (int at = TextSearch.first(within, part, 0, budget);
        at >= 0;
        at = TextSearch.first(within, part, at + part.length(), budget)) {
      count++;
    }
    return count;
  }

  private static String wanted(Arguments arguments, Budget budget) {
    Object part = arguments.required(0, "sub");
    if (part instanceof String text) {
      budget.scan(text.length());
      return text;
    }
    Values.failIfUndefined(part);
    throw JinjaException.value("must be str, not " + Values.typeName(part));
  }

  static List<Object> split(String text, Arguments arguments, Budget budget, boolean fromRight) {
    arguments.atMost(2);
    String separator = arguments.text(0, "sep", null);
    int given = arguments.integer(1, "maxsplit", -1);
    int limit = given < 0 ? Integer.MAX_VALUE : given;
    if (separator != null && separator.isEmpty()) {
      throw JinjaException.value("empty separator");
    }
    budget.make(text.length());
    List<Object> parts =
        separator == null
            ? fromRight ? wordsFromRight(text, limit, budget) : words(text, limit, budget)
            : fromRight
                ? splitFromRight(text, separator, limit, budget)
                : split(text, separator, limit, budget);
    return parts;
  }

  private static List<Object> split(String text, String separator, int limit, Budget budget) {
    List<Object> parts = new ArrayList<>();
    int from = 0;
    int at = TextSearch.first(text, separator, 0, budget);
    while (at >= 0 && parts.size() < limit) {
      budget.makeList(1);
      parts.add(text.substring(from, at));
      from = at + separator.length();
      at = TextSearch.first(text, separator, from, budget);
    }
    budget.makeList(1);
    parts.add(text.substring(from));
    return parts;
  }

  private static List<Object> splitFromRight(
      String text, String separator, int limit, Budget budget) {
    List<Object> parts = new ArrayList<>();
    int end = text.length();
    int at = TextSearch.last(text, separator, end, budget);
    while (at >= 0 && parts.size() < limit) {
      budget.makeList(1);
      parts.add(text.substring(at + separator.length(), end));
      end = at;
      at = TextSearch.last(text, separator, end - separator.length(), budget);
    }
    budget.makeList(1);
    parts.add(text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }

  private static List<Object> words(String text, int limit, Budget budget) {
    List<Object> parts = new ArrayList<>();
    int at = skip(text, 0, true);
    while (at < text.length()) {
      if (parts.size() == limit) {
        budget.makeList(1);
        parts.add(text.substring(at));
        return parts;
      }
      int end = skip(text, at, false);
      budget.makeList(1);
      parts.add(text.substring(at, end));
      at = skip(text, end, true);
    }
    return parts;
  }

  private static int skip(String text, int at, boolean spaces) {
    int end = at;
    while (end < text.length() && PyText.isSpace(text.charAt(end)) == spaces) {
      end++;
    }
    return end;
  }

  private static int skipBack(String text, int at, boolean spaces) {
    int begin = at;
    while (begin > 0 && PyText.isSpace(text.charAt(begin - 1)) == spaces) {
      begin--;
    }
    return begin;
  }

  private static List<Object> wordsFromRight(String text, int limit, Budget budget) {
    List<Object> parts = new ArrayList<>();
    int end = skipBack(text, text.length(), true);
    while (end > 0) {
      budget.makeList(1);
      if (parts.size() == limit) {
        parts.add(text.substring(skip(text, 0, true), end));
        break;
      }
      int begin = skipBack(text, end, false);
      parts.add(text.substring(begin, end));
      end = skipBack(text, begin, true);
    }
    Collections.reverse(parts);
    return parts;
  }

  static List<Object> lines(String text, Arguments arguments, Budget budget) {
    budget.make(text.length());
    boolean keep = arguments.builtInFlag(0, "keepends");
    List<Object> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      if (LINE_ENDS.indexOf(text.charAt(i)) >= 0) {
        int next = text.startsWith("\r\n", i) ? i + 2 : i + 1;
        budget.makeList(1);
        lines.add(text.substring(from, keep ? next : i));
        from = next;
        i = next - 1;
      }
    }
    if (from < text.length()) {
      budget.makeList(1);
      lines.add(text.substring(from));
    }
    return lines;
  }
}
