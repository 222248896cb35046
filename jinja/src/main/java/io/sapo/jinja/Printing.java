package io.sapo.jinja;

import io.sapo.jinja.Sequences.Range;
import io.sapo.jinja.Sequences.Tuple;
import io.sapo.jinja.Sequences.View;
import java.util.Iterator;
import java.util.Map;

/** {@code str} and {@code repr}. */
final class Printing {
  private final StringBuilder out = new StringBuilder();
  private final Budget budget;

  private Printing(Budget budget) {
    this.budget = budget;
  }

  static String str(Object value, Budget budget) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Markup marked) {
      return marked.text();
    }
    return value instanceof Undefined ? "" : repr(value, budget);
  }

  static String repr(Object value, Budget budget) {
    Printing printing = new Printing(budget);
    printing.write(value);
    return printing.out.toString();
  }

  private void append(String text) {
    budget.make(text.length());
    out.append(text);
  }

  private void write(Object value) {
    budget.enter();
    if (value == null) {
      append("None");
    } else if (value instanceof String text) {
      append(quoted(text));
    } else if (value instanceof Markup marked) {
      append("Markup(" + quoted(marked.text()) + ")");
    } else if (value instanceof Boolean flag) {
      append(flag ? "True" : "False");
    } else if (value instanceof Double real) {
      append(PyNumbers.repr(real));
    } else if (value instanceof Number) {
      append(value.toString());
    } else if (value instanceof Range range) {
      append("range(%s, %s%s)".formatted(range.start, range.stop, step(range)));
    } else if (value instanceof Map<?, ?> map) {
      writeMap(map);
    } else if (value instanceof View view) {
      append(view.type + "(");
      writeAll("[", view, "]");
      append(")");
    } else if (value instanceof Tuple tuple) {
      writeAll("(", tuple, tuple.size() == 1 ? ",)" : ")");
    } else if (value instanceof Iterable<?> list && value instanceof java.util.List) {
      writeAll("[", list, "]");
    } else if (value instanceof Undefined) {
      append("Undefined");
    } else if (value instanceof Namespace namespace) {
      append("<Namespace ");
      writeMap(namespace.values());
      append(">");
    } else {
      append("<" + Values.typeName(value) + " object>");
    }
    budget.leave();
  }

  private static String step(Range range) {
    return range.step == 1 ? "" : ", " + range.step;
  }

  private void writeAll(String open, Iterable<?> elements, String close) {
    append(open);
    for (Iterator<?> left = elements.iterator(); left.hasNext(); ) {
      write(left.next());
      append(left.hasNext() ? ", " : "");
    }
    append(close);
  }

  private void writeMap(Map<?, ?> map) {
    append("{");
    for (Iterator<? extends Map.Entry<?, ?>> left = map.entrySet().iterator(); left.hasNext(); ) {
      Map.Entry<?, ?> entry = left.next();
      write(entry.getKey());
      append(": ");
      write(entry.getValue());
      append(left.hasNext() ? ", " : "");
    }
    append("}");
  }

  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints().forEach(c -> appendEscaped(quoted, c, quote));
    return quoted.append(quote).toString();
  }

  private static void appendEscaped(StringBuilder quoted, int c, char quote) {
    int simple = "\\\n\r\t".indexOf(c);
    if (c == quote) {
      quoted.append('\\').appendCodePoint(c);
    } else if (simple >= 0) {
      quoted.append('\\').append("\\nrt".charAt(simple));
    } else if (printable(c)) {
      quoted.appendCodePoint(c);
    } else {
      quoted.append(
          c < 0x100
              ? "\\x%02x".formatted(c)
              : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
    }
  }

  static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
