package io.sapo.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code '%s' % value} and {@code '{}'.format(value)}. */
final class Formatting {
  private static final Pattern PERCENT =
      Pattern.compile("%(?:\\((\\w+)\\))?([-+ 0#]*)(\\d*)(?:\\.(\\d+))?([sdirfFeEgGxXoc%])?");
  private static final Pattern FIELD =
      Pattern.compile("(\\w*)((?:\\.\\w+|\\[\\w+\\])*)(?:!([rs]))?(?::(.*))?", Pattern.DOTALL);
  private static final Pattern STEP = Pattern.compile("\\.(\\w+)|\\[(\\w+)\\]");
  private static final Pattern SPEC =
      Pattern.compile(
          "(?:(.)?([<>^]))?([-+ ]?)(0?)(\\d*)(,?)(?:\\.(\\d+))?([sdfFeEgGxXob%]?)", Pattern.DOTALL);
  private static final int MAX_PRECISION = 1_000;

  private Formatting() {}

  /**
   * @param escape whether values are escaped, as marked text does
   */
  static String percent(String format, Object values, boolean escape, Budget budget) {
    StringBuilder out = new StringBuilder();
    Matcher matcher = PERCENT.matcher(format);
    int from = 0;
    int used = 0;
    java.util.List<?> row =
        values instanceof Sequences.Tuple tuple
            ? tuple
            : java.util.Collections.singletonList(values);
    while (matcher.find()) {
      out.append(format, from, matcher.start());
      from = matcher.end();
      String type = matcher.group(5);
      if (type == null) {
        throw JinjaException.value("unsupported format character");
      }
      if (type.equals("%")) {
        out.append('%');
        continue;
      }
      Object value;
      if (matcher.group(1) != null && values instanceof Map<?, ?> map) {
        value = Access.element(map, matcher.group(1), budget);
        Values.failIfUndefined(value);
      } else if (used < row.size()) {
        value = row.get(used++);
      } else {
        throw JinjaException.value("not enough arguments for format string");
      }
      out.append(one(value, matcher, type.charAt(0), escape, budget));
    }
    if (used < row.size() && !looksUp(values)) {
      throw JinjaException.value("not all arguments converted during string formatting");
    }
    return budget.made(out.append(format.substring(from)).toString());
  }

  /** Whether Python takes a value for a mapping, of which not all need be used. */
  private static boolean looksUp(Object values) {
    return values instanceof Map
        || values instanceof Undefined
        || values instanceof java.util.List && !(values instanceof Sequences.Tuple);
  }

  private static String shown(String text, boolean escape, Budget budget) {
    return escape ? Filters.escape(text, budget) : text;
  }

  private static String one(Object value, Matcher field, char type, boolean escape, Budget budget) {
    String flags = field.group(2);
    String text =
        switch (type) {
          case 's' ->
              cut(
                  shown(Printing.str(value, budget), escape && !(value instanceof Markup), budget),
                  field.group(4));
          case 'r' -> cut(shown(Printing.repr(value, budget), escape, budget), field.group(4));
          case 'c' -> Printing.str(value, budget);
          default -> number(value, type == 'i' ? 'd' : type, field.group(4));
        };
    boolean numeric = "dixXofFeEgG".indexOf(type) >= 0;
    if (numeric && !text.startsWith("-") && (flags.contains("+") || flags.contains(" "))) {
      text = (flags.contains("+") ? "+" : " ") + text;
    }
    int width = width(field.group(3));
    if (numeric && flags.contains("0") && !flags.contains("-")) {
      return zeros(text, width, budget);
    }
    return StringMethods.pad(text, width, " ", flags.contains("-") ? '<' : '>', budget);
  }

  /**
   * @param method {@code format} or {@code format_map}
   * @param escape whether values are escaped, as marked text does
   */
  static String braces(
      String format, String method, Arguments given, boolean escape, Budget budget) {
    Arguments arguments = method.equals("format") ? given : fields(given, budget);
    StringBuilder out = new StringBuilder();
    int automatic = 0;
    int at = 0;
    while (at < format.length()) {
      char next = format.charAt(at);
      if ((next == '{' || next == '}') && format.startsWith("" + next + next, at)) {
        out.append(next);
        at += 2;
      } else if (next == '{') {
        int end = format.indexOf('}', at);
        Matcher field = FIELD.matcher(format.substring(at + 1, Math.max(at + 1, end)));
        if (end < 0 || !field.matches()) {
          throw JinjaException.value("a replacement field that cannot be read");
        }
        String name = field.group(1).isEmpty() ? String.valueOf(automatic++) : field.group(1);
        out.append(field(field, argument(name, arguments), escape, budget));
        at = end + 1;
      } else if (next == '}') {
        throw JinjaException.value("Single '}' encountered in format string");
      } else {
        out.append(next);
        at++;
      }
    }
    return budget.made(out.toString());
  }

  private static Arguments fields(Arguments given, Budget budget) {
    Signature.of("mapping", false).check("format_map", given);
    Map<String, Object> named = new java.util.LinkedHashMap<>();
    if (given.required(0, "mapping") instanceof Map<?, ?> map) {
      budget.makeList(map.size());
      map.forEach((key, value) -> named.put(Printing.str(key, budget), value));
    }
    return new Arguments(java.util.List.of(), named);
  }

  private static Object argument(String name, Arguments arguments) {
    if (Character.isDigit(name.charAt(0))) {
      int index = name.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(name);
      if (index >= arguments.positional().size()) {
        throw JinjaException.value("Replacement index " + name + " out of range");
      }
      return arguments.positional().get(index);
    }
    if (!arguments.named().containsKey(name)) {
      throw JinjaException.value("there is no argument '" + name + "' to format");
    }
    return arguments.named().get(name);
  }

  private static String field(Matcher field, Object argument, boolean escape, Budget budget) {
    Object value = argument;
    Matcher step = STEP.matcher(field.group(2));
    while (step.find()) {
      String index = step.group(2);
      if (index == null) {
        value = Access.attribute(value, step.group(1));
      } else {
        Object key = index.matches("\\d{1,6}") ? (Object) Long.valueOf(index) : index;
        value = Access.element(value, key, budget);
      }
    }
    if (field.group(3) != null) {
      value =
          field.group(3).equals("r") ? Printing.repr(value, budget) : Printing.str(value, budget);
    }
    String spec = field.group(4);
    if (spec == null || spec.isEmpty()) {
      return shown(Printing.str(value, budget), escape && !(value instanceof Markup), budget);
    }
    if (escape && value instanceof Markup) {
      throw JinjaException.value("Unsupported format specification for Markup.");
    }
    return shown(spec(Markup.plain(value), spec, budget), escape, budget);
  }

  private static String spec(Object value, String text, Budget budget) {
    Matcher spec = SPEC.matcher(text);
    if (!spec.matches()) {
      throw JinjaException.value("Invalid format specifier '" + text + "'");
    }
    boolean numeric = PyNumbers.isNumber(value) && !(value instanceof Boolean);
    String type = spec.group(8);
    String shown;
    if (numeric && !type.equals("s")) {
      boolean real = value instanceof Double;
      shown =
          type.isEmpty() && (spec.group(7) == null || !real)
              ? Printing.str(value, budget)
              : number(value, type.isEmpty() ? 'f' : type.charAt(0), spec.group(7));
      shown = spec.group(6).isEmpty() ? shown : grouped(shown);
      if (!shown.startsWith("-") && !spec.group(3).isEmpty() && !spec.group(3).equals("-")) {
        shown = spec.group(3) + shown;
      }
    } else if (type.isEmpty() || type.equals("s")) {
      shown = cut(Printing.str(value, budget), spec.group(7));
    } else {
      throw JinjaException.value(
          "Unknown format code '%s' for object of type '%s'"
              .formatted(type, Values.typeName(value)));
    }
    int width = width(spec.group(5));
    if (!spec.group(4).isEmpty() && spec.group(2) == null) {
      return zeros(shown, width, budget);
    }
    String fill = spec.group(1) == null ? " " : spec.group(1);
    char align = spec.group(2) == null ? numeric ? '>' : '<' : spec.group(2).charAt(0);
    // str.format centres with the odd one on the right, str.center does not always.
    int left = Math.max(0, width - Elements.length(shown)) / 2;
    return align == '^'
        ? StringMethods.pad(
            StringMethods.pad(shown, Elements.length(shown) + left, fill, '>', budget),
            width,
            fill,
            '<',
            budget)
        : StringMethods.pad(shown, width, fill, align, budget);
  }

  private static String number(Object value, char type, String precision) {
    if (!PyNumbers.isNumber(value)) {
      throw JinjaException.value(
          "%%%c format: a number is required, not %s".formatted(type, Values.typeName(value)));
    }
    boolean whole = "dxXob".indexOf(type) >= 0;
    if (whole) {
      java.math.BigInteger integer =
          value instanceof Double real
              ? new BigDecimal(finite(real)).toBigInteger()
              : PyNumbers.big(value);
      return switch (type) {
        case 'x' -> integer.toString(16);
        case 'X' -> integer.toString(16).toUpperCase(Locale.ROOT);
        case 'o' -> integer.toString(8);
        case 'b' -> integer.toString(2);
        default -> integer.toString();
      };
    }
    int digits = precision == null ? 6 : Math.min(width(precision), MAX_PRECISION);
    double real = PyNumbers.real(value) * (type == '%' ? 100 : 1);
    if (!Double.isFinite(real)) {
      return PyNumbers.repr(real);
    }
    if ("eEgG".indexOf(type) >= 0) {
      return scientific(real, type, digits);
    }
    String shown = fixed(real, digits);
    return type == '%' ? shown + "%" : shown;
  }

  static String fixed(double real, int digits) {
    return new BigDecimal(real).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** {@code e}: one digit before the point; {@code g}: as short as that many digits allow. */
  private static String scientific(double real, char type, int digits) {
    boolean general = Character.toLowerCase(type) == 'g';
    int significant = general ? Math.max(1, digits) : digits + 1;
    String shown = String.format(Locale.ROOT, "%." + (significant - 1) + "e", real);
    int exponent = Integer.parseInt(shown.substring(shown.indexOf('e') + 1));
    if (general) {
      boolean plain = exponent >= -4 && exponent < significant;
      String mantissa =
          plain
              ? new BigDecimal(real)
                  .setScale(Math.max(0, significant - 1 - exponent), RoundingMode.HALF_EVEN)
                  .toPlainString()
              : shown.substring(0, shown.indexOf('e'));
      mantissa = mantissa.contains(".") ? mantissa.replaceFirst("\\.?0+$", "") : mantissa;
      shown = plain ? mantissa : mantissa + shown.substring(shown.indexOf('e'));
    }
    return Character.isUpperCase(type) ? shown.toUpperCase(Locale.ROOT) : shown;
  }

  private static double finite(double value) {
    if (!Double.isFinite(value)) {
      throw JinjaException.value("cannot convert float infinity or NaN to integer");
    }
    return value;
  }

  private static String grouped(String digits) {
    int end = digits.indexOf('.') < 0 ? digits.length() : digits.indexOf('.');
    StringBuilder grouped = new StringBuilder(digits);
    for (int at = end - 3; at > (digits.startsWith("-") ? 1 : 0); at -= 3) {
      grouped.insert(at, ',');
    }
    return grouped.toString();
  }

  private static String zeros(String text, int width, Budget budget) {
    return (String)
        StringMethods.find(text, "zfill")
            .call(new Arguments(java.util.List.of((long) width), Map.of()), budget);
  }

  private static String cut(String text, String precision) {
    int length = precision == null ? Integer.MAX_VALUE : width(precision);
    return Elements.length(text) <= length ? text : text.substring(0, PyText.offset(text, length));
  }

  private static int width(String digits) {
    return digits.isEmpty() ? 0 : digits.length() > 9 ? 999_999_999 : Integer.parseInt(digits);
  }
}
