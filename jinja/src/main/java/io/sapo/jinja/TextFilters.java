package io.sapo.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Jinja2's filters that lay text out, and those that make or unmake what web pages need. */
final class TextFilters {
  /** Those with a name that text is likely to hold, and all by number. */
  private static final Map<String, String> ENTITIES =
      Map.of(
          "lt", "<", "LT", "<", "gt", ">", "GT", ">", "amp", "&", "AMP", "&", "quot", "\"", "QUOT",
          "\"", "apos", "'", "nbsp", "\u00a0");

  private static final Pattern ENTITY =
      Pattern.compile(
          "&(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|lt|LT|gt|GT|amp|AMP|quot|QUOT|nbsp|apos(?=;));?)");

  private static final Pattern KEY_ENDS = Pattern.compile("[\\s/>=]");

  private TextFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("indent", TextFilters::indent);
    filters.put("truncate", TextFilters::truncate);
    filters.put("wordwrap", TextFilters::wrapped);
    filters.put("wordcount", (v, a, b) -> wordCount(Printing.str(v, b), b));
    filters.put("striptags", (v, a, b) -> withoutTags(Printing.str(v, b), b));
    filters.put("pprint", (v, a, b) -> PrettyPrint.of(v, b));
    filters.put("urlencode", TextFilters::urlEncoded);
    filters.put("xmlattr", TextFilters::xmlAttributes);
    filters.put("filesizeformat", TextFilters::fileSize);
  }

  private static String text(Object value) {
    Values.failIfUndefined(value);
    if (Markup.plain(value) instanceof String text) {
      return text;
    }
    throw JinjaException.value("a text is needed, not '%s'".formatted(Values.typeName(value)));
  }

  private static List<Object> lines(String text, Budget budget) {
    return Searching.lines(text, Arguments.NONE, budget);
  }

  private static Object indent(Object value, Arguments arguments, Budget budget) {
    Object width = Markup.plain(arguments.get(0, "width", 4L));
    boolean first = arguments.flag(1, "first", false);
    boolean blank = arguments.flag(2, "blank", false);
    String indention;
    if (width instanceof String given) {
      indention = given;
    } else {
      budget.make(Math.max(0, Values.index(width)));
      indention = " ".repeat(Math.max(0, Values.index(width)));
    }
    StringBuilder out = new StringBuilder();
    List<Object> lines = lines(budget.made(text(value) + "\n"), budget);
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      boolean indented = i == 0 ? first : blank || !line.isEmpty();
      out.append(i > 0 ? "\n" : "").append(indented ? budget.made(indention) : "").append(line);
    }
    String made = budget.made(out.toString());
    return value instanceof Markup ? new Markup(made) : made;
  }

  private static Object truncate(Object value, Arguments arguments, Budget budget) {
    int length = arguments.integer(0, "length", 255);
    boolean kill = arguments.flag(1, "killwords", false);
    Object last = arguments.get(2, "end", "...");
    String end =
        Printing.str(value instanceof Markup ? Markup.escaped(last, budget) : last, budget);
    int leeway = arguments.integerOrNone(3, "leeway", 5);
    if (length < Elements.length(last) || leeway < 0) {
      throw JinjaException.value("truncate: its end is longer than the length, or leeway negative");
    }
    if (Elements.length(value) <= (long) length + leeway) {
      return value;
    }
    String text = text(value);
    budget.scan(text.length());
    String cut = text.substring(0, PyText.offset(text, length - Elements.length(last)));
    int space = cut.lastIndexOf(' ');
    String made = budget.made((kill || space < 0 ? cut : cut.substring(0, space)) + end);
    return value instanceof Markup ? new Markup(made) : made;
  }

  private static Object wrapped(Object value, Arguments arguments, Budget budget) {
    WordWrap wrap =
        new WordWrap(
            arguments.integer(0, "width", 79),
            arguments.flag(1, "break_long_words", true),
            arguments.flag(3, "break_on_hyphens", true),
            budget);
    String between = arguments.text(2, "wrapstring", "\n");
    List<String> wrapped = new ArrayList<>();
    for (Object line : lines(text(value), budget)) {
      budget.make(((String) line).length());
      wrapped.add(String.join(between == null ? "\n" : between, wrap.lines((String) line)));
    }
    return budget.made(String.join(between == null ? "\n" : between, wrapped));
  }

  private static Object wordCount(String text, Budget budget) {
    budget.scan(text.length());
    long words = 0;
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      boolean letter = Character.isLetterOrDigit(text.charAt(i)) || text.charAt(i) == '_';
      words += letter && !inside ? 1 : 0;
      inside = letter;
    }
    return words;
  }

  /** Without tags and comments, white space made single, the usual entities read. */
  static String withoutTags(String text, Budget budget) {
    budget.make(text.length());
    StringBuilder bare = new StringBuilder();
    int from = 0;
    for (int start = text.indexOf('<'); start >= 0; start = text.indexOf('<', from)) {
      boolean comment = text.startsWith("<!--", start);
      int end = text.indexOf(comment ? "-->" : ">", comment ? start + 4 : start);
      if (end < 0) {
        break;
      }
      bare.append(text, from, start);
      from = end + (comment ? 3 : 1);
    }
    bare.append(text, from, text.length());
    List<String> words = new ArrayList<>();
    Searching.split(bare.toString(), Arguments.NONE, budget, false)
        .forEach(word -> words.add((String) word));
    return unescaped(String.join(" ", words));
  }

  static String unescaped(String text) {
    return ENTITY
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(character(found.group(1))));
  }

  /** What an entity stands for; what is no character stays as it is. */
  private static String character(String entity) {
    if (!entity.startsWith("#")) {
      return ENTITIES.get(entity);
    }
    boolean hex = entity.charAt(1) == 'x' || entity.charAt(1) == 'X';
    int point = Integer.parseInt(entity.substring(hex ? 2 : 1), hex ? 16 : 10);
    boolean valid = point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    return valid ? Character.toString(point) : "\ufffd";
  }

  private static Object urlEncoded(Object value, Arguments arguments, Budget budget) {
    if (value instanceof String || !Elements.iterable(value)) {
      return quoted(Printing.str(value, budget), "/", budget);
    }
    List<Object> items =
        value instanceof Map<?, ?> map ? DictMethods.items(map) : Elements.list(value, budget);
    List<String> pairs = new ArrayList<>();
    for (Object item : items) {
      List<Object> pair = Elements.list(item, budget);
      if (pair.size() != 2) {
        throw JinjaException.value("urlencode takes pairs");
      }
      List<String> both = new ArrayList<>();
      pair.forEach(
          part -> both.add(quoted(Printing.str(part, budget), "", budget).replace("%20", "+")));
      pairs.add(String.join("=", both));
    }
    return budget.made(String.join("&", pairs));
  }

  private static String quoted(String text, String safe, Budget budget) {
    StringBuilder quoted = new StringBuilder();
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          one >= '0' && one <= '9'
              || one >= 'a' && one <= 'z'
              || one >= 'A' && one <= 'Z'
              || ("_.-~" + safe).indexOf(one) >= 0;
      quoted.append(plain ? String.valueOf((char) one) : "%%%02X".formatted(one & 0xff));
    }
    return budget.made(quoted.toString());
  }

  private static Object xmlAttributes(Object value, Arguments arguments, Budget budget) {
    List<String> items = new ArrayList<>();
    SequenceFilters.dictionary(value, budget)
        .forEach(
            (key, element) -> {
              if (element != null && !(element instanceof Undefined)) {
                Matcher wrong = KEY_ENDS.matcher(text(key));
                if (wrong.find()) {
                  throw JinjaException.value("Invalid character in attribute name: " + key);
                }
                items.add(
                    "%s=\"%s\""
                        .formatted(
                            Filters.escape((String) key, budget),
                            Markup.escaped(element, budget).text()));
              }
            });
    String joined = String.join(" ", items);
    return (arguments.flag(0, "autospace", true) && !joined.isEmpty() ? " " : "") + joined;
  }

  private static Object fileSize(Object value, Arguments arguments, Budget budget) {
    Object given = Filters.find("float").apply(value, new Arguments(List.of(""), Map.of()), budget);
    if (!PyNumbers.isNumber(given)) {
      throw JinjaException.value("could not convert to float: " + Printing.repr(value, budget));
    }
    double bytes = PyNumbers.real(given);
    boolean binary = arguments.flag(0, "binary", false);
    double base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return "1 Byte";
    }
    if (bytes < base) {
      return (long) bytes + " Bytes";
    }
    String prefixes = "KMGTPEZY";
    double unit = base;
    int prefix = 0;
    while (prefix < prefixes.length() - 1 && bytes >= unit * base) {
      unit *= base;
      prefix++;
    }
    String letter = prefixes.substring(prefix, prefix + 1);
    return "%s %s%sB"
        .formatted(
            Formatting.fixed(base * bytes / (unit * base), 1),
            binary || prefix > 0 ? letter : letter.toLowerCase(Locale.ROOT),
            binary ? "i" : "");
  }
}
