package io.sapo.jinja;

import io.sapo.jinja.Sequences.Generator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Jinja2's filters on single values; those on sequences are {@link SequenceFilters}, those that lay
 * text out {@link TextFilters}.
 */
final class Filters {
  interface Filter {
    Object apply(Object value, Arguments arguments, Budget budget);
  }

  private static final Map<String, Filter> FILTERS = new HashMap<>();

  static {
    FILTERS.put("string", (v, a, b) -> Printing.str(v, b));
    FILTERS.put("safe", (v, a, b) -> Printing.str(v, b));
    FILTERS.put("upper", (v, a, b) -> b.made(PyText.upper(Printing.str(v, b))));
    FILTERS.put("lower", (v, a, b) -> b.made(PyText.lower(Printing.str(v, b))));
    FILTERS.put("capitalize", (v, a, b) -> b.made(PyText.capitalize(Printing.str(v, b))));
    FILTERS.put("title", (v, a, b) -> b.made(title(Printing.str(v, b))));
    FILTERS.put("trim", (v, a, b) -> method(v, "strip", a, b));
    FILTERS.put("center", (v, a, b) -> center(Printing.str(v, b), a, b));
    FILTERS.put("replace", Filters::replace);
    FILTERS.put("escape", (v, a, b) -> escape(Printing.str(v, b), b));
    FILTERS.put("e", FILTERS.get("escape"));
    FILTERS.put("forceescape", FILTERS.get("escape"));
    FILTERS.put("format", (v, a, b) -> format(Printing.str(v, b), a, b));
    FILTERS.put("tojson", ToJson::of);
    FILTERS.put("default", (v, a, b) -> otherwise(v, a));
    FILTERS.put("d", FILTERS.get("default"));
    FILTERS.put("length", (v, a, b) -> (long) length(v, b));
    FILTERS.put("count", FILTERS.get("length"));
    FILTERS.put("attr", (v, a, b) -> Access.ownAttribute(v, a.text(0, "name", "")));
    FILTERS.put("abs", (v, a, b) -> absolute(v));
    FILTERS.put("int", Filters::integer);
    FILTERS.put("float", Filters::real);
    FILTERS.put("round", (v, a, b) -> round(v, a));
    TextFilters.addTo(FILTERS);
    SequenceFilters.addTo(FILTERS);
    OrderFilters.addTo(FILTERS);
  }

  private Filters() {}

  /** Null where there is none. */
  static Filter find(String name) {
    return FILTERS.get(name);
  }

  private static int length(Object value, Budget budget) {
    if (value instanceof String text) {
      budget.scan(text.length());
    }
    return Elements.length(value);
  }

  private static Object method(Object value, String name, Arguments arguments, Budget budget) {
    return StringMethods.find(Printing.str(value, budget), name).call(arguments, budget);
  }

  /** Like {@code str.title}, but an apostrophe does not begin a word. */
  private static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      String c = text.substring(i, i + 1);
      boolean separator = PyText.isSpace(c.charAt(0)) || "-({[<".contains(c);
      title.append(separator ? c : inside ? PyText.lower(c) : PyText.upper(c));
      inside = !separator;
    }
    return title.toString();
  }

  private static Object center(String text, Arguments arguments, Budget budget) {
    return StringMethods.pad(text, arguments.integer(0, "width", 80), " ", '^', budget);
  }

  private static Object replace(Object value, Arguments arguments, Budget budget) {
    String text = Printing.str(value, budget);
    budget.scan(text.length());
    return StringMethods.replace(
        text,
        Printing.str(arguments.required(0, "old"), budget),
        Printing.str(arguments.required(1, "new"), budget),
        arguments.integer(2, "count", -1),
        budget);
  }

  static String escape(String text, Budget budget) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (char c : text.toCharArray()) {
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '\'' -> escaped.append("&#39;");
        case '"' -> escaped.append("&#34;");
        default -> escaped.append(c);
      }
    }
    return budget.made(escaped.toString());
  }

  private static Object format(String text, Arguments arguments, Budget budget) {
    if (arguments.named().isEmpty()) {
      return Formatting.percent(text, new Sequences.Tuple(arguments.positional()), budget);
    }
    return Formatting.percent(text, arguments.named(), budget);
  }

  private static Object otherwise(Object value, Arguments arguments) {
    boolean missing =
        value instanceof Undefined || arguments.flag(1, "boolean", false) && !Values.truthy(value);
    return missing ? arguments.get(0, "default_value", "") : value;
  }

  private static Object absolute(Object value) {
    Values.failIfUndefined(value);
    if (!PyNumbers.isNumber(value)) {
      throw JinjaException.value("bad operand type for abs(): " + Values.typeName(value));
    }
    return value instanceof Double real
        ? Math.abs(real)
        : PyNumbers.normal(PyNumbers.big(value).abs());
  }

  private static Object integer(Object value, Arguments arguments, Budget budget) {
    Object otherwise = arguments.get(0, "default", 0L);
    int base = arguments.integer(1, "base", 10);
    Values.failIfUndefined(value);
    if (value instanceof String text && text.length() < 1_000) {
      try {
        return PyNumbers.normal(new BigInteger(withoutPrefix(bare(text), base), base));
      } catch (NumberFormatException e) {
        Double real = parsed(text);
        return real == null || !Double.isFinite(real) ? otherwise : truncated(real);
      }
    }
    if (value instanceof Double real) {
      return Double.isFinite(real) ? truncated(real) : otherwise;
    }
    return PyNumbers.isNumber(value) ? PyNumbers.normal(PyNumbers.big(value)) : otherwise;
  }

  /** Without {@code 0x}, {@code 0o} or {@code 0b} where that is the base's. */
  private static String withoutPrefix(String text, int base) {
    String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "";
    boolean prefixed = !prefix.isEmpty() && text.regionMatches(true, 0, prefix, 0, 2);
    return prefixed ? text.substring(2) : text;
  }

  private static Object truncated(double real) {
    return PyNumbers.normal(new BigDecimal(real).toBigInteger());
  }

  private static String bare(String text) {
    String bare = PyText.strip(text, null, true, true);
    return bare.matches("[+-]?\\d+(_\\d+)*") ? bare.replace("_", "") : bare;
  }

  private static Double parsed(String text) {
    String bare = bare(text).toLowerCase(java.util.Locale.ROOT);
    if (bare.matches("[+-]?(inf|infinity|nan)")) {
      return bare.contains("nan") ? Double.NaN : bare.startsWith("-") ? -1 / 0.0 : 1 / 0.0;
    }
    return bare.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?") ? Double.valueOf(bare) : null;
  }

  private static Object real(Object value, Arguments arguments, Budget budget) {
    Object otherwise = arguments.get(0, "default", 0.0);
    Values.failIfUndefined(value);
    if (value instanceof String text && text.length() < 1_000) {
      Double real = parsed(text);
      return real == null ? otherwise : real;
    }
    return PyNumbers.isNumber(value) ? PyNumbers.real(value) : otherwise;
  }

  private static Object round(Object value, Arguments arguments) {
    Values.failIfUndefined(value);
    if (!PyNumbers.isNumber(value)) {
      throw JinjaException.value("round needs a number, not " + Values.typeName(value));
    }
    int digits = arguments.integer(0, "precision", 0);
    String method = arguments.text(1, "method", "common");
    double scale = Math.pow(10, digits);
    return switch (method) {
      case "common" -> PyNumbers.round(value, digits);
      case "ceil" -> Math.ceil(PyNumbers.real(value) * scale) / scale;
      case "floor" -> Math.floor(PyNumbers.real(value) * scale) / scale;
      default -> throw JinjaException.value("method must be common, ceil or floor");
    };
  }

  /** A generator over values that are made at once. */
  static Generator generator(List<Object> values) {
    return new Generator(values);
  }
}
