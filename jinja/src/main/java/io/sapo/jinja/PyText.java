package io.sapo.jinja;

import java.util.BitSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.IntPredicate;

/** Text as Python sees it: a row of code points, with its own idea of white space. */
public final class PyText {
  private static final String HAN_NUMERALS = "〇零一二三四五六七八九十百千万萬亿億兆两兩廿卅卌壱壹弐貳贰参參叁肆伍陆陸柒捌玖拾佰仟";

  private static final int PIECE = 1_024;

  /** Characters to strip up to which looking them up one by one is quick. */
  private static final int FEW = 16;

  private PyText() {}

  static boolean isSpace(int c) {
    return c == ' '
        || c >= '\t' && c <= '\r'
        || c >= 0x1c && c <= 0x1f
        || c == 0x85
        || c >= 0xa0 && (Character.isSpaceChar(c));
  }

  /** Decimal digits, and those that are raised, lowered or circled. */
  static boolean isDigit(int c) {
    return Character.isDigit(c)
        || Character.getType(c) == Character.OTHER_NUMBER
            && Character.getNumericValue(c) >= 0
            && Character.getNumericValue(c) <= 9;
  }

  static boolean isNumeric(int c) {
    return Character.isDigit(c)
        || Character.getType(c) == Character.OTHER_NUMBER
        || Character.getType(c) == Character.LETTER_NUMBER
        || HAN_NUMERALS.indexOf(c) >= 0;
  }

  /** {@code str.strip()}. */
  public static String strip(String text) {
    return strip(text, null, true, true);
  }

  /** {@code str.rstrip()}. */
  public static String stripRight(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /**
   * @param characters to take away; null for white space
   */
  static String strip(String text, String characters, boolean left, boolean right) {
    IntPredicate taken = stripped(characters);
    int begin = 0;
    int end = text.length();
    while (left && begin < end && taken.test(text.codePointAt(begin))) {
      begin += Character.charCount(text.codePointAt(begin));
    }
    while (right && begin < end && taken.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(begin, end);
  }

  private static IntPredicate stripped(String characters) {
    if (characters == null) {
      return PyText::isSpace;
    }
    if (characters.length() <= FEW) {
      return c -> characters.indexOf(c) >= 0;
    }
    BitSet many = new BitSet();
    characters.codePoints().forEach(many::set);
    return many::get;
  }

  /** Each code point as a text, made when it is asked for. */
  static Iterable<String> characters(String text) {
    return () ->
        new Iterator<>() {
          private int at;

          @Override
          public boolean hasNext() {
            return at < text.length();
          }

          @Override
          public String next() {
            if (!hasNext()) {
              throw new NoSuchElementException();
            }
            int begin = at;
            at += Character.charCount(text.codePointAt(at));
            return text.substring(begin, at);
          }
        };
  }

  static int compare(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    if (i == a.length() || i == b.length()) {
      return Integer.compare(a.length(), b.length());
    }
    return Integer.compare(order(a.charAt(i)), order(b.charAt(i)));
  }

  /** Puts the halves of a code point beyond U+FFFF behind all others. */
  private static int order(char c) {
    return Character.isSurrogate(c) ? c + 0x10000 : c;
  }

  /** Each word's first letter large, the others small. */
  static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean inside = false;
    int at = 0;
    for (String c : characters(text)) {
      int point = c.codePointAt(0);
      at += c.length();
      title.append(inside ? lower(c, text, at) : initial(c));
      inside =
          Character.isUpperCase(point)
              || Character.isLowerCase(point)
              || Character.isTitleCase(point);
    }
    return title.toString();
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = Character.charCount(text.codePointAt(0));
    return initial(text.substring(0, first)) + lower(text.substring(first));
  }

  /** A character as a word's first: of a letter or ligature for two, only the first is large. */
  private static String initial(String c) {
    int point = c.codePointAt(0);
    int large = Character.toTitleCase(point);
    if (large != point) {
      return Character.toString(large);
    }
    String upper = upper(c);
    boolean letters = upper.length() > 1 && upper.chars().allMatch(Character::isUpperCase);
    return letters ? upper.charAt(0) + lower(upper.substring(1)) : upper;
  }

  /** In pieces: Java's own takes time with the square of the letters that become several. */
  static String upper(String text) {
    StringBuilder upper = new StringBuilder(text.length());
    for (int from = 0; from < text.length(); ) {
      int to = Math.min(text.length(), from + PIECE);
      boolean halved = to < text.length() && Character.isLowSurrogate(text.charAt(to));
      to -= halved ? 1 : 0;
      upper.append(text.substring(from, to).toUpperCase(Locale.ROOT));
      from = to;
    }
    return upper.toString();
  }

  /** Whole, since a final sigma depends on what is around it; one letter alone becomes two. */
  static String lower(String text) {
    return text.replace("\u0130", "i\u0307").toLowerCase(Locale.ROOT);
  }

  /**
   * A character inside a word: a sigma at its end has a form of its own.
   *
   * @param end the place in chars behind it
   */
  static String lower(String c, String text, int end) {
    return c.equals("Σ") && (end == text.length() || !Character.isLetter(text.codePointAt(end)))
        ? "ς"
        : lower(c);
  }

  /** The place in chars of a code point's index, which lies in 0..length. */
  static int offset(String text, int index) {
    return text.offsetByCodePoints(0, index);
  }
}
