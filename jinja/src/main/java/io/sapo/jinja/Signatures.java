package io.sapo.jinja;

import java.util.HashMap;
import java.util.Map;

/** What Jinja2's filters and tests and Python's text methods may be given, beside the value. */
final class Signatures {
  private static final Map<String, Signature> FILTERS =
      table(
          true,
          """
          abs; attr: name; batch: linecount, fill_with; capitalize; center: width; count; escape; e
          d: default_value, boolean; default: default_value, boolean
          dictsort: case_sensitive, by, reverse; filesizeformat: binary; first; float: default
          forceescape; format: *; groupby: attribute, default, case_sensitive
          indent: width, first, blank; int: default, base; join: d, attribute; last; length; list
          lower; items; map: *; min: case_sensitive, attribute; max: case_sensitive, attribute
          pprint; random; reject: *; rejectattr: *; replace: old, new, count; reverse
          round: precision, method; safe; select: *; selectattr: *; slice: slices, fill_with
          sort: reverse, case_sensitive, attribute; string; striptags; sum: attribute, start; title
          trim: chars; truncate: length, killwords, end, leeway; unique: case_sensitive, attribute
          upper; urlencode; wordcount; xmlattr: autospace
          urlize: trim_url_limit, nofollow, target, rel, extra_schemes
          wordwrap: width, break_long_words, wrapstring, break_on_hyphens
          tojson: ensure_ascii, indent, separators, sort_keys
          """);

  private static final Map<String, Signature> TESTS =
      table(
          true,
          """
          defined; undefined; none; string; mapping; iterable; sequence; number; integer; float
          boolean; true; false; callable; sameas: other; escaped; odd; even; divisibleby: num
          lower; upper; in: seq; filter; test
          """);

  private static final Map<String, Signature> METHODS =
      table(
          false,
          """
          upper; lower; casefold; title; capitalize; swapcase; strip: chars; lstrip: chars
          rstrip: chars; removeprefix: prefix; removesuffix: suffix; startswith: prefix, start, end
          endswith: suffix, start, end; find: sub, start, end; rfind: sub, start, end
          index: sub, start, end; rindex: sub, start, end; count: sub, start, end
          partition: sep; rpartition: sep; replace: old, new, count; join: iterable; format: *
          format_map: *; zfill: width; center: width, fillchar; ljust: width, fillchar
          rjust: width, fillchar; isalpha; isdigit; isdecimal; isnumeric; isalnum; isidentifier
          isspace; isascii; isprintable; islower; isupper; istitle
          """);

  private static final Map<String, Signature> NAMED_METHODS =
      table(
          true,
          "split: sep, maxsplit; rsplit: sep, maxsplit; splitlines: keepends; expandtabs: tabsize");

  private static final Signature COMPARISON = Signature.of("other", false);

  private Signatures() {}

  private static Map<String, Signature> table(boolean named, String text) {
    Map<String, Signature> signatures = new HashMap<>();
    for (String entry : text.strip().split("\\s*[;\\n]\\s*")) {
      String[] parts = entry.split(":\\s*", 2);
      signatures.put(parts[0], Signature.of(parts.length == 1 ? "" : parts[1], named));
    }
    return signatures;
  }

  static void checkFilter(String name, Arguments arguments) {
    FILTERS.getOrDefault(name, Signature.ANYTHING).check(name, arguments);
  }

  /** A test that is not in the table compares with one value. */
  static void checkTest(String name, Arguments arguments) {
    TESTS.getOrDefault(name, COMPARISON).check(name, arguments);
  }

  static void checkMethod(String name, Arguments arguments) {
    Signature signature = NAMED_METHODS.get(name);
    (signature == null ? METHODS.get(name) : signature).check(name, arguments);
  }
}
