package io.sapo.command;

/**
 * Text from records, as a terminal may show it. Names, reasons and responses come from whoever may
 * write to a topic: escape sequences in them would move the cursor, write over other lines, or set
 * the clipboard; marks of writing direction would make a text look like another.
 */
public final class Printable {
  private static final char REPLACEMENT = '\uFFFD';

  private Printable() {}

  /** Lines and tabs stay; every other control character is shown as U+FFFD. */
  public static String text(String text) {
    int at = 0;
    while (at < text.length() && harmless(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text);
    for (; at < text.length(); at++) {
      if (!harmless(text.charAt(at))) {
        shown.setCharAt(at, REPLACEMENT);
      }
    }
    return shown.toString();
  }

  /** The same in one line: lines and tabs are written as in source code. */
  public static String line(String text) {
    return text(text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t"));
  }

  private static boolean harmless(char c) {
    boolean direction = c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
    return c == '\n' || c == '\t' || !Character.isISOControl(c) && !direction;
  }
}
