package io.sapo.jinja;

import io.sapo.jinja.Sequences.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Text that is marked safe for web pages, as the filters {@code safe} and {@code escape} give it
 * (MarkupSafe's {@code Markup}): what is put to it is escaped, what is made of it is marked too.
 */
record Markup(String text) {
  /** Methods that give marked text. */
  private static final Set<String> KEEPING =
      Set.of(
          "capitalize",
          "casefold",
          "expandtabs",
          "lower",
          "lstrip",
          "partition",
          "removeprefix",
          "removesuffix",
          "rpartition",
          "rsplit",
          "rstrip",
          "split",
          "splitlines",
          "strip",
          "swapcase",
          "title",
          "upper",
          "zfill");

  /** Methods that escape what they put in, by its place among the arguments. */
  private static final Map<String, Integer> ESCAPING =
      Map.of("center", 1, "ljust", 1, "rjust", 1, "replace", 1);

  /** The bare text of marked text; anything else as it is. */
  static Object plain(Object value) {
    return value instanceof Markup marked ? marked.text : value;
  }

  static Arguments plain(Arguments arguments) {
    if (arguments.positional().stream().noneMatch(Markup.class::isInstance)
        && arguments.named().values().stream().noneMatch(Markup.class::isInstance)) {
      return arguments;
    }
    return arguments.each(Markup::plain);
  }

  /** Bare or marked text as text; null for anything else. */
  static String textOf(Object value) {
    return plain(value) instanceof String text ? text : null;
  }

  /** Marked text as it is, anything else printed and escaped. */
  static Markup escaped(Object value, Budget budget) {
    return value instanceof Markup marked
        ? marked
        : new Markup(Filters.escape(Printing.str(value, budget), budget));
  }

  /** A change of printed text that keeps its mark. */
  static Object changed(Object value, UnaryOperator<String> change, Budget budget) {
    String changed = budget.made(change.apply(Printing.str(value, budget)));
    return value instanceof Markup ? new Markup(changed) : changed;
  }

  /** The method of that name, null where there is none. */
  Callable method(String name) {
    Callable plain = StringMethods.find(text, name);
    return switch (name) {
      case "format", "format_map" ->
          (arguments, budget) -> new Markup(Formatting.braces(text, name, arguments, true, budget));
      case "join" -> this::join;
      case "striptags", "unescape" ->
          (arguments, budget) -> {
            Signature.NOTHING.check(name, arguments);
            return name.equals("unescape")
                ? TextFilters.unescaped(budget.made(text))
                : TextFilters.withoutTags(text, budget);
          };
      default -> {
        Integer place = ESCAPING.get(name);
        if (place != null) {
          yield (arguments, budget) ->
              new Markup((String) plain.call(escaped(arguments, place, budget), budget));
        }
        yield KEEPING.contains(name)
            ? (arguments, budget) -> marked(plain.call(arguments, budget))
            : plain;
      }
    };
  }

  private static Arguments escaped(Arguments arguments, int place, Budget budget) {
    List<Object> values = new ArrayList<>(arguments.positional());
    if (place < values.size()) {
      values.set(place, escaped(values.get(place), budget).text);
    }
    return new Arguments(values, arguments.named());
  }

  private Object join(Arguments arguments, Budget budget) {
    Signature.of("iterable", false).check("join", arguments);
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Object element : Elements.list(arguments.required(0, "iterable"), budget)) {
      joined.append(first ? "" : budget.made(text)).append(escaped(element, budget).text);
      first = false;
    }
    return new Markup(joined.toString());
  }

  /** Text, and the texts of a list or tuple. */
  private static Object marked(Object made) {
    if (made instanceof String text) {
      return new Markup(text);
    }
    List<Object> all = new ArrayList<>();
    ((List<?>) made).forEach(part -> all.add(new Markup((String) part)));
    return made instanceof Tuple ? new Tuple(all) : all;
  }

  /** An operator one of whose sides is marked; null where it has no meaning. */
  static Object operate(String operator, Object left, Object right, Budget budget) {
    boolean texts = textOf(left) != null && textOf(right) != null;
    if (operator.equals("+") && texts) {
      String a = escaped(left, budget).text;
      return new Markup(budget.made(a + escaped(right, budget).text));
    }
    if (operator.equals("*") && PyNumbers.isInteger(left instanceof Markup ? right : left)) {
      return new Markup((String) Operators.apply(operator, plain(left), plain(right), budget));
    }
    if (operator.equals("%") && left instanceof Markup format) {
      return new Markup(Formatting.percent(format.text, right, true, budget));
    }
    return operator.equals("%") && left instanceof String format
        ? Formatting.percent(format, right, false, budget)
        : null;
  }
}
