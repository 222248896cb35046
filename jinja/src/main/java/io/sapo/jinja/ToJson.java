package io.sapo.jinja;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps}, non-ASCII text as it is. */
final class ToJson {
  private final StringBuilder out = new StringBuilder();
  private final Budget budget;
  private final boolean ascii;
  private final String indent;
  private final String comma;
  private final String colon;
  private final boolean sorted;

  private ToJson(Arguments arguments, Budget budget) {
    this.budget = budget;
    ascii = arguments.flag(0, "ensure_ascii", false);
    Object step = arguments.get(1, "indent", null);
    indent =
        step == null || step instanceof String
            ? (String) step
            : " ".repeat(Math.max(0, Math.min(Values.index(step), 100)));
    Object separators = arguments.get(2, "separators", null);
    List<Object> pair = separators == null ? null : Elements.list(separators, budget);
    if (pair != null && (pair.size() != 2 || !pair.stream().allMatch(String.class::isInstance))) {
      throw JinjaException.value("tojson: separators must be two strings");
    }
    comma = pair == null ? indent == null ? ", " : "," : (String) pair.get(0);
    colon = pair == null ? ": " : (String) pair.get(1);
    sorted = arguments.flag(3, "sort_keys", false);
  }

  static String of(Object value, Arguments arguments, Budget budget) {
    ToJson json = new ToJson(arguments, budget);
    json.write(value, 0);
    return json.out.toString();
  }

  private void append(String text) {
    budget.make(text.length());
    out.append(text);
  }

  private void write(Object given, int level) {
    budget.enter();
    Object value = Markup.plain(given);
    if (value instanceof String text) {
      append(quoted(text));
    } else if (value instanceof Map<?, ?> map) {
      writeMap(map, level);
    } else if (value instanceof List<?> list && !(value instanceof Sequences.Range)) {
      writeList(list, level);
    } else {
      append(scalar(value));
    }
    budget.leave();
  }

  private static String scalar(Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof Double real) {
      return Double.isNaN(real)
          ? "NaN"
          : Double.isInfinite(real) ? real > 0 ? "Infinity" : "-Infinity" : PyNumbers.repr(real);
    }
    if (value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw JinjaException.value(
        "Object of type %s is not JSON serializable".formatted(Values.typeName(value)));
  }

  private void writeList(List<?> list, int level) {
    append("[");
    for (Iterator<?> left = list.iterator(); left.hasNext(); ) {
      newLine(level + 1);
      write(left.next(), level + 1);
      append(left.hasNext() ? comma : "");
    }
    if (!list.isEmpty()) {
      newLine(level);
    }
    append("]");
  }

  private void writeMap(Map<?, ?> map, int level) {
    append("{");
    for (Iterator<?> left = keys(map).iterator(); left.hasNext(); ) {
      Object key = left.next();
      newLine(level + 1);
      append(quoted(key instanceof String text ? text : scalar(key)));
      append(colon);
      write(map.get(key), level + 1);
      append(left.hasNext() ? comma : "");
    }
    if (!map.isEmpty()) {
      newLine(level);
    }
    append("}");
  }

  private Iterable<?> keys(Map<?, ?> map) {
    if (!sorted) {
      return map.keySet();
    }
    Comparator<Object> order = (a, b) -> Values.compare(a, b, "<", budget);
    budget.makeList(map.size());
    return map.keySet().stream().sorted(order).toList();
  }

  private void newLine(int level) {
    if (indent != null) {
      budget.make((long) indent.length() * level);
      append("\n" + indent.repeat(level));
    }
  }

  private String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int simple = "\"\\\n\r\t\f\b".indexOf(c);
      if (simple >= 0) {
        quoted.append('\\').append("\"\\nrtfb".charAt(simple));
      } else if (c < ' ' || ascii && c > '~') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
