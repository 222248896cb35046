package io.sapo.jinja;

import io.sapo.jinja.Sequences.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code pprint.pformat}: in lines of 80 characters, dictionaries by key. */
final class PrettyPrint {
  private static final int WIDTH = 80;
  private static final Pattern WORDS = Pattern.compile("(?U)\\S*\\s*");

  private final StringBuilder out = new StringBuilder();
  private final Budget budget;

  private PrettyPrint(Budget budget) {
    this.budget = budget;
  }

  static String of(Object value, Budget budget) {
    PrettyPrint print = new PrettyPrint(budget);
    print.write(print.sorted(value), 0, 0, 1);
    return budget.made(print.out.toString());
  }

  /** The same with the keys of all dictionaries in order. */
  private Object sorted(Object value) {
    budget.enter();
    Object copy = value;
    if (value instanceof Map<?, ?> map) {
      List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
      budget.makeList(entries.size());
      entries.sort(Comparator.comparing(Map.Entry::getKey, this::order));
      Map<Object, Object> ordered = new LinkedHashMap<>();
      entries.forEach(entry -> ordered.put(entry.getKey(), sorted(entry.getValue())));
      copy = ordered;
    } else if (value instanceof Tuple || value instanceof ArrayList) {
      List<Object> elements = new ArrayList<>();
      budget.makeList(((List<?>) value).size());
      ((List<?>) value).forEach(element -> elements.add(sorted(element)));
      copy = value instanceof Tuple ? new Tuple(elements) : elements;
    }
    budget.leave();
    return copy;
  }

  /** Keys that have no order are put in that of their types' names. */
  private int order(Object a, Object b) {
    try {
      return Values.compare(a, b, "<", budget);
    } catch (JinjaException e) {
      return Values.typeName(a).compareTo(Values.typeName(b));
    }
  }

  /**
   * @param indent where the value begins
   * @param allowance characters that must have room behind it
   */
  private void write(Object value, int indent, int allowance, int level) {
    budget.enter();
    String whole = Printing.repr(value, budget);
    if (Elements.length(whole) <= WIDTH - indent - allowance) {
      out.append(whole);
    } else if (value instanceof Map<?, ?> map && !map.isEmpty()) {
      writeMap(map, indent, allowance, level);
    } else if (value instanceof Tuple tuple) {
      writeAll("(", tuple, tuple.size() == 1 ? ",)" : ")", indent, allowance, level);
    } else if (value instanceof ArrayList<?> list) {
      writeAll("[", list, "]", indent, allowance, level);
    } else if (value instanceof String text) {
      writeText(text, indent, allowance, level);
    } else {
      out.append(whole);
    }
    budget.leave();
  }

  private void writeMap(Map<?, ?> map, int indent, int allowance, int level) {
    out.append('{');
    for (Iterator<? extends Map.Entry<?, ?>> left = map.entrySet().iterator(); left.hasNext(); ) {
      Map.Entry<?, ?> entry = left.next();
      String key = Printing.repr(entry.getKey(), budget);
      out.append(key).append(": ");
      int begin = indent + 1 + Elements.length(key) + 2;
      write(entry.getValue(), begin, left.hasNext() ? 1 : allowance + 1, level + 1);
      out.append(left.hasNext() ? newLine(indent + 1, ",") : "");
    }
    out.append('}');
  }

  private void writeAll(
      String open, List<?> elements, String close, int indent, int allowance, int level) {
    out.append(open);
    for (Iterator<?> left = elements.iterator(); left.hasNext(); ) {
      Object element = left.next();
      write(element, indent + 1, left.hasNext() ? 1 : allowance + close.length(), level + 1);
      out.append(left.hasNext() ? newLine(indent + 1, ",") : "");
    }
    out.append(close);
  }

  private String newLine(int indent, String before) {
    budget.make(indent);
    return before + "\n" + " ".repeat(indent);
  }

  /**
   * Text too long for a line: in pieces behind each other, in parentheses at the outermost level.
   */
  private void writeText(String text, int indent, int allowance, int level) {
    boolean outermost = level == 1;
    int begin = indent + (outermost ? 1 : 0);
    int behind = allowance + (outermost ? 1 : 0);
    List<String> pieces = pieces(text, WIDTH - begin, behind);
    if (pieces.size() == 1) {
      out.append(pieces.get(0));
      return;
    }
    String joined = String.join(newLine(begin, ""), pieces);
    budget.make((long) pieces.size() * begin);
    out.append(outermost ? "(" : "").append(joined).append(outermost ? ")" : "");
  }

  private List<String> pieces(String text, int width, int behind) {
    List<String> pieces = new ArrayList<>();
    List<Object> lines = Searching.lines(text, new Arguments(List.of(true), Map.of()), budget);
    for (int i = 0; i < lines.size(); i++) {
      boolean last = i == lines.size() - 1;
      String whole = Printing.repr(lines.get(i), budget);
      if (Elements.length(whole) <= width - (last ? behind : 0)) {
        pieces.add(whole);
      } else {
        addWords((String) lines.get(i), width, last ? behind : 0, pieces);
      }
    }
    return pieces;
  }

  private void addWords(String line, int width, int behind, List<String> pieces) {
    StringBuilder current = new StringBuilder();
    Matcher word = WORDS.matcher(line);
    while (word.find() && word.end() > word.start()) {
      int room = width - (word.end() == line.length() ? behind : 0);
      String candidate = Printing.repr(current + word.group(), budget);
      if (Elements.length(candidate) > room && !current.isEmpty()) {
        pieces.add(Printing.repr(current.toString(), budget));
        current.setLength(0);
      }
      current.append(word.group());
    }
    if (!current.isEmpty()) {
      pieces.add(Printing.repr(current.toString(), budget));
    }
  }
}
