package io.sapo.jinja;

import io.sapo.jinja.Sequences.Generator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Jinja2's filters on single values; those on sequences are {@link SequenceFilters}, those that lay
 * text out {@link TextFilters}.
 */
final class Filters {
  interface Filter {
    Object apply(Object value, Arguments arguments, Budget budget);
  }

  private static final Map<String, Filter> FILTERS = new HashMap<>();

  /** Those that look at marks of a text, or hand on what they are given. */
  private static final Set<String> MARKED =
      Set.of(
          "attr",
          "batch",
          "capitalize",
          "center",
          "d",
          "default",
          "e",
          "escape",
          "float",
          "forceescape",
          "format",
          "groupby",
          "indent",
          "int",
          "last",
          "lower",
          "map",
          "pprint",
          "reject",
          "rejectattr",
          "reverse",
          "safe",
          "select",
          "selectattr",
          "slice",
          "string",
          "sum",
          "trim",
          "truncate",
          "upper");

  static {
    FILTERS.put("string", (v, a, b) -> v instanceof Markup ? v : Printing.str(v, b));
    FILTERS.put("safe", (v, a, b) -> new Markup(Printing.str(v, b)));
    FILTERS.put("upper", (v, a, b) -> Markup.changed(v, PyText::upper, b));
    FILTERS.put("lower", (v, a, b) -> Markup.changed(v, PyText::lower, b));
    FILTERS.put("capitalize", (v, a, b) -> Markup.changed(v, PyText::capitalize, b));
    FILTERS.put("title", (v, a, b) -> b.made(title(Printing.str(v, b))));
    FILTERS.put("trim", (v, a, b) -> method(v, "strip", a, b));
    FILTERS.put("center", (v, a, b) -> Markup.changed(v, s -> center(s, a, b), b));
    FILTERS.put("replace", Filters::replace);
    FILTERS.put("escape", (v, a, b) -> Markup.escaped(v, b));
    FILTERS.put("e", FILTERS.get("escape"));
    FILTERS.put("forceescape", (v, a, b) -> Markup.escaped(Printing.str(v, b), b));
    FILTERS.put("format", Filters::format);
    FILTERS.put("tojson", ToJson::of);
    FILTERS.put("default", (v, a, b) -> otherwise(v, a));
    FILTERS.put("d", FILTERS.get("default"));
    FILTERS.put("length", (v, a, b) -> (long) length(v, b));
    FILTERS.put("count", FILTERS.get("length"));
    FILTERS.put(
        "attr", (v, a, b) -> Access.ownAttribute(v, a.text(0, "name", a.required(0, "name") + "")));
    FILTERS.put("abs", (v, a, b) -> absolute(v));
    FILTERS.put("int", Filters::integer);
    FILTERS.put("float", Filters::real);
    FILTERS.put("round", (v, a, b) -> round(v, a));
    FILTERS.put("random", (v, a, b) -> Globals.random("the filter 'random'"));
    FILTERS.put("urlize", (v, a, b) -> withoutWebPages("the filter 'urlize'"));
    TextFilters.addTo(FILTERS);
    SequenceFilters.addTo(FILTERS);
    OrderFilters.addTo(FILTERS);
  }

  private Filters() {}

  /** Null where there is none. */
  static Filter find(String name) {
    Filter filter = FILTERS.get(name);
    return filter == null
        ? null
        : (value, arguments, budget) -> {
          Signatures.checkFilter(name, arguments);
          return MARKED.contains(name)
              ? filter.apply(value, arguments, budget)
              : filter.apply(Markup.plain(value), Markup.plain(arguments), budget);
        };
  }

  private static int length(Object value, Budget budget) {
    if (value instanceof String text) {
      budget.scan(text.length());
    }
    return Elements.length(value);
  }

  private static Object method(Object value, String name, Arguments arguments, Budget budget) {
    Callable method =
        value instanceof Markup marked
            ? marked.method(name)
            : StringMethods.find(Printing.str(value, budget), name);
    return method.call(
        new Arguments(Arrays.asList(arguments.get(0, "chars", null)), Map.of()), budget);
  }

  /** Like {@code str.title}, but an apostrophe does not begin a word. */
  private static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    int begin = 0;
    for (int i = 0; i <= text.length(); i++) {
      boolean separator =
          i == text.length()
              || PyText.isSpace(text.charAt(i))
              || "-({[<".indexOf(text.charAt(i)) >= 0;
      if (separator && begin < i) {
        int rest = text.offsetByCodePoints(begin, 1);
        title.append(PyText.upper(text.substring(begin, rest)));
        title.append(PyText.lower(text.substring(rest, i)));
      }
      if (separator && i < text.length()) {
        title.append(text.charAt(i));
      }
      begin = separator ? i + 1 : begin;
    }
    return title.toString();
  }

  private static String center(String text, Arguments arguments, Budget budget) {
    return StringMethods.pad(text, arguments.integer(0, "width", 80), " ", '^', budget);
  }

  private static Object replace(Object value, Arguments arguments, Budget budget) {
    String text = Printing.str(value, budget);
    budget.scan(text.length());
    return StringMethods.replace(
        text,
        Printing.str(arguments.required(0, "old"), budget),
        Printing.str(arguments.required(1, "new"), budget),
        arguments.integerOrNone(2, "count", -1),
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

  private static Object format(Object value, Arguments arguments, Budget budget) {
    if (!arguments.named().isEmpty() && !arguments.positional().isEmpty()) {
      throw JinjaException.value("can't handle positional and keyword arguments at the same time");
    }
    Object values =
        arguments.named().isEmpty()
            ? new Sequences.Tuple(arguments.positional())
            : arguments.named();
    Object text = value instanceof Markup ? value : Printing.str(value, budget);
    return Operators.apply("%", text, values, budget);
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

  private static Object integer(Object given, Arguments arguments, Budget budget) {
    Object otherwise = arguments.get(0, "default", 0L);
    int base = base(arguments.get(1, "base", 10L));
    Object value = Markup.plain(given);
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

  /** One that Python does not take makes no whole number of any text: 1. */
  private static int base(Object given) {
    int base = PyNumbers.isInteger(given) ? Values.index(given) : 1;
    return base < Character.MIN_RADIX || base > Character.MAX_RADIX ? 1 : base;
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

  private static Object real(Object given, Arguments arguments, Budget budget) {
    Object value = Markup.plain(given);
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

  /** What only a web page needs. */
  static Object withoutWebPages(String what) {
    throw new JinjaException(
        JinjaException.Kind.FORBIDDEN, what + " is for web pages, which no chat is; not supported");
  }

  /** A generator over values that are made at once. */
  static Generator generator(List<Object> values) {
    return new Generator(values);
  }
}
