package io.sapo.jinja;

import io.sapo.jinja.Sequences.Tuple;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** Methods of Python's {@code str}. */
final class StringMethods {
  private interface Method {
    Object call(String text, Arguments arguments, Budget budget);
  }

  private static final Map<String, Method> METHODS = new HashMap<>();

  static {
    METHODS.put("upper", (s, a, b) -> b.made(PyText.upper(s)));
    METHODS.put("lower", (s, a, b) -> b.made(PyText.lower(s)));
    METHODS.put("casefold", (s, a, b) -> b.made(PyText.lower(PyText.upper(s))));
    METHODS.put("title", (s, a, b) -> b.made(PyText.title(s)));
    METHODS.put("capitalize", (s, a, b) -> b.made(PyText.capitalize(s)));
    METHODS.put("swapcase", (s, a, b) -> b.made(swapCase(s)));
    METHODS.put("strip", (s, a, b) -> b.made(PyText.strip(s, chars(a), true, true)));
    METHODS.put("lstrip", (s, a, b) -> b.made(PyText.strip(s, chars(a), true, false)));
    METHODS.put("rstrip", (s, a, b) -> b.made(PyText.strip(s, chars(a), false, true)));
    METHODS.put("removeprefix", (s, a, b) -> b.made(withoutPrefix(s, part(a, b))));
    METHODS.put("removesuffix", (s, a, b) -> b.made(withoutSuffix(s, part(a, b))));
    METHODS.put("startswith", (s, a, b) -> affix(s, a, b, true));
    METHODS.put("endswith", (s, a, b) -> affix(s, a, b, false));
    METHODS.put("find", (s, a, b) -> Searching.find(s, a, b, false));
    METHODS.put("rfind", (s, a, b) -> Searching.find(s, a, b, true));
    METHODS.put("index", (s, a, b) -> Searching.found(Searching.find(s, a, b, false)));
    METHODS.put("rindex", (s, a, b) -> Searching.found(Searching.find(s, a, b, true)));
    METHODS.put("count", Searching::count);
    METHODS.put("split", (s, a, b) -> Searching.split(s, a, b, false));
    METHODS.put("rsplit", (s, a, b) -> Searching.split(s, a, b, true));
    METHODS.put("splitlines", Searching::lines);
    METHODS.put("partition", (s, a, b) -> partition(s, part(a, b), false, b));
    METHODS.put("rpartition", (s, a, b) -> partition(s, part(a, b), true, b));
    METHODS.put("replace", StringMethods::replace);
    METHODS.put(
        "join", (s, a, b) -> join(s, Elements.list(a.required(0, "iterable"), b).iterator(), b));
    METHODS.put("format", (s, a, b) -> Formatting.braces(s, "format", a, false, b));
    METHODS.put("format_map", (s, a, b) -> Formatting.braces(s, "format_map", a, false, b));
    METHODS.put("zfill", StringMethods::zeroFill);
    METHODS.put("center", (s, a, b) -> pad(s, a, b, '^'));
    METHODS.put("ljust", (s, a, b) -> pad(s, a, b, '<'));
    METHODS.put("rjust", (s, a, b) -> pad(s, a, b, '>'));
    METHODS.put("isalpha", (s, a, b) -> all(s, Character::isLetter, b));
    METHODS.put("isdigit", (s, a, b) -> all(s, PyText::isDigit, b));
    METHODS.put("isdecimal", (s, a, b) -> all(s, Character::isDigit, b));
    METHODS.put("isnumeric", (s, a, b) -> all(s, PyText::isNumeric, b));
    METHODS.put(
        "isalnum", (s, a, b) -> all(s, c -> Character.isLetter(c) || PyText.isNumeric(c), b));
    METHODS.put("isidentifier", (s, a, b) -> s.matches("(?U)[\\p{L}\\p{Nl}_]\\w*"));
    METHODS.put("expandtabs", StringMethods::expandTabs);
    METHODS.put("isspace", (s, a, b) -> all(s, PyText::isSpace, b));
    METHODS.put("isascii", (s, a, b) -> s.isEmpty() || (boolean) all(s, c -> c < 128, b));
    METHODS.put(
        "isprintable", (s, a, b) -> s.isEmpty() || (boolean) all(s, Printing::printable, b));
    METHODS.put("islower", (s, a, b) -> isLower(s));
    METHODS.put("isupper", (s, a, b) -> isUpper(s));
    METHODS.put("istitle", (s, a, b) -> s.equals(PyText.title(s)) && !PyText.upper(s).equals(s));
  }

  private StringMethods() {}

  static Callable find(String text, String name) {
    Method method = METHODS.get(name);
    return method == null
        ? null
        : (arguments, budget) -> {
          budget.scan(text.length());
          Signatures.checkMethod(name, arguments);
          return method.call(
              text, name.startsWith("format") ? arguments : Markup.plain(arguments), budget);
        };
  }

  static boolean isLower(String text) {
    return PyText.lower(text).equals(text) && !PyText.upper(text).equals(text);
  }

  static boolean isUpper(String text) {
    return PyText.upper(text).equals(text) && !PyText.lower(text).equals(text);
  }

  private static Object all(String text, IntPredicate kind, Budget budget) {
    return !text.isEmpty() && text.codePoints().allMatch(kind);
  }

  private static String swapCase(String text) {
    StringBuilder swapped = new StringBuilder(text.length());
    int at = 0;
    for (String c : PyText.characters(text)) {
      at += c.length();
      swapped.append(isLower(c) ? PyText.upper(c) : PyText.lower(c, text, at));
    }
    return swapped.toString();
  }

  /** What strip takes away; null for white space. */
  private static String chars(Arguments arguments) {
    arguments.atMost(1);
    return arguments.text(0, "chars", null);
  }

  private static String part(Arguments arguments, Budget budget) {
    Object part = arguments.required(0, "sep");
    if (part instanceof String text) {
      budget.scan(text.length());
      return text;
    }
    Values.failIfUndefined(part);
    throw JinjaException.value("must be str, not " + Values.typeName(part));
  }

  private static String withoutPrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static String withoutSuffix(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  private static Object affix(String text, Arguments arguments, Budget budget, boolean start) {
    Object given = arguments.required(0, start ? "prefix" : "suffix");
    String within = Searching.within(text, arguments, 1);
    List<?> affixes = given instanceof Tuple tuple ? tuple : List.of(part(arguments, budget));
    for (Object affix : affixes) {
      String one = Markup.textOf(affix);
      if (one == null) {
        throw JinjaException.value("tuple must only contain str");
      }
      budget.scan(one.length());
      if (start ? within.startsWith(one) : within.endsWith(one)) {
        return true;
      }
    }
    return false;
  }

  private static Object partition(String text, String separator, boolean last, Budget budget) {
    if (separator.isEmpty()) {
      throw JinjaException.value("empty separator");
    }
    int at =
        last
            ? TextSearch.last(text, separator, text.length(), budget)
            : TextSearch.first(text, separator, 0, budget);
    if (at < 0) {
      return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
  }

  private static Object replace(String text, Arguments arguments, Budget budget) {
    arguments.required(1, "new");
    String old = arguments.text(0, "old", null);
    String other = arguments.text(1, "new", null);
    if (old == null || other == null) {
      throw JinjaException.value("replace() argument must be str, not NoneType");
    }
    return replace(text, old, other, arguments.integer(2, "count", -1), budget);
  }

  /**
   * @param count at most so many; all when negative
   */
  static String replace(String text, String old, String other, int count, Budget budget) {
    int limit = count < 0 ? Integer.MAX_VALUE : count;
    StringBuilder replaced = new StringBuilder(text.length());
    int from = 0;
    if (old.isEmpty()) {
      for (String c : PyText.characters(text)) {
        replaced.append(limit-- > 0 ? budget.made(other) : "").append(c);
      }
      return budget.made(replaced.append(limit > 0 ? other : "").toString());
    }
    for (int at = TextSearch.first(text, old, 0, budget);
        at >= 0 && limit-- > 0;
        at = TextSearch.first(text, old, from, budget)) {
      replaced.append(text, from, at).append(budget.made(other));
      from = at + old.length();
    }
    return budget.made(replaced.append(text, from, text.length()).toString());
  }

  private static Object join(String separator, Iterator<Object> elements, Budget budget) {
    StringBuilder joined = new StringBuilder();
    while (elements.hasNext()) {
      Object next = elements.next();
      String text = Markup.textOf(next);
      if (text == null) {
        throw JinjaException.value(
            "sequence item: expected str instance, %s found".formatted(Values.typeName(next)));
      }
      budget.make((long) text.length() + separator.length());
      joined.append(text).append(elements.hasNext() ? separator : "");
    }
    return joined.toString();
  }

  private static Object expandTabs(String text, Arguments arguments, Budget budget) {
    int size = arguments.integer(0, "tabsize", 8);
    StringBuilder out = new StringBuilder();
    int column = 0;
    for (String c : PyText.characters(text)) {
      if (c.equals("\t")) {
        int spaces = size > 0 ? size - column % size : 0;
        budget.make(spaces);
        out.append(" ".repeat(spaces));
        column += spaces;
      } else {
        out.append(c);
        column = c.equals("\n") || c.equals("\r") ? 0 : column + 1;
      }
    }
    return budget.made(out.toString());
  }

  private static Object zeroFill(String text, Arguments arguments, Budget budget) {
    int missing = Values.index(arguments.required(0, "width")) - Elements.length(text);
    if (missing <= 0) {
      return text;
    }
    budget.make((long) missing + text.length());
    int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
  }

  private static Object pad(String text, Arguments arguments, Budget budget, char align) {
    arguments.required(0, "width");
    String fill = arguments.text(1, "fillchar", " ");
    if (fill == null || Elements.length(fill) != 1) {
      throw JinjaException.value("The fill character must be exactly one character long");
    }
    return pad(text, arguments.integer(0, "width", 0), fill, align, budget);
  }

  static String pad(String text, int width, String fill, char align, Budget budget) {
    int missing = width - Elements.length(text);
    if (missing <= 0) {
      return text;
    }
    budget.make((long) missing * fill.length() + text.length());
    int left =
        switch (align) {
          case '<' -> 0;
          case '>' -> missing;
          default -> missing / 2 + (missing & width & 1);
        };
    return fill.repeat(left) + text + fill.repeat(missing - left);
  }
}
