package io.sapo.jinja;

/** Backslash escapes of string literals, as Python reads them. */
final class Escapes {
  private Escapes() {}

  static String decode(String text, int line) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder decoded = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      char next = text.charAt(at++);
      if (next == '\\') {
        at = escape(text, at, decoded, line);
      } else {
        decoded.append(next);
      }
    }
    return decoded.toString();
  }

  /** Reads what follows a backslash and returns the place behind it. */
  private static int escape(String text, int at, StringBuilder decoded, int line) {
    char code = text.charAt(at);
    int simple = "nrtabfv\\'\"".indexOf(code);
    if (simple >= 0) {
      decoded.append("\n\r\t\u0007\b\f\u000b\\'\"".charAt(simple));
      return at + 1;
    }
    int digits = "xuU".indexOf(code) < 0 ? 0 : code == 'x' ? 2 : code == 'u' ? 4 : 8;
    if (digits > 0) {
      return number(text, at + 1, digits, 16, decoded, line);
    }
    if (code == 'N') {
      return named(text, at + 1, decoded, line);
    }
    if (code >= '0' && code <= '7') {
      int end = at;
      while (end < text.length() && end < at + 3 && "01234567".indexOf(text.charAt(end)) >= 0) {
        end++;
      }
      return number(text, at, end - at, 8, decoded, line);
    }
    if (code != '\n') {
      decoded.append('\\').append(code);
    }
    return at + 1;
  }

  /** {@code \\N{NAME OF A CHARACTER}}. */
  private static int named(String text, int at, StringBuilder decoded, int line) {
    int end = text.indexOf('}', at);
    try {
      if (end < 0 || text.charAt(at) != '{') {
        throw new IllegalArgumentException("no name");
      }
      decoded.appendCodePoint(Character.codePointOf(text.substring(at + 1, end)));
      return end + 1;
    } catch (IllegalArgumentException e) {
      throw JinjaException.syntax(line, "a string has an escape that cannot be read");
    }
  }

  private static int number(
      String text, int at, int digits, int radix, StringBuilder decoded, int line) {
    try {
      int codePoint = Integer.parseInt(text, at, Math.min(at + digits, text.length()), radix);
      if (at + digits > text.length()) {
        throw new NumberFormatException("too short");
      }
      decoded.appendCodePoint(codePoint);
      return at + digits;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw JinjaException.syntax(line, "a string has an escape that cannot be read");
    }
  }
}
