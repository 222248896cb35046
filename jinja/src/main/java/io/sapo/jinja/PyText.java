package io.sapo.jinja;

import java.util.ArrayList;
import java.util.List;

/** Text as Python sees it: a row of code points, with its own idea of white space. */
public final class PyText {
  private static final String HAN_NUMERALS = "〇零一二三四五六七八九十百千万萬亿億兆两兩廿卅卌壱壹弐貳贰参參叁肆伍陆陸柒捌玖拾佰仟";

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
    int begin = 0;
    int end = text.length();
    while (left && begin < end && strips(characters, text.codePointAt(begin))) {
      begin += Character.charCount(text.codePointAt(begin));
    }
    while (right && begin < end && strips(characters, text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(begin, end);
  }

  private static boolean strips(String characters, int c) {
    return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
  }

  static List<String> characters(String text) {
    List<String> characters = new ArrayList<>(text.length());
    for (int i = 0; i < text.length(); ) {
      int end = i + Character.charCount(text.codePointAt(i));
      characters.add(text.substring(i, end));
      i = end;
    }
    return characters;
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
    for (String c : characters(text)) {
      int point = c.codePointAt(0);
      title.append(inside ? lower(c) : initial(c));
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

  static String upper(String text) {
    return text.toUpperCase(java.util.Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  /** The place in chars of a code point's index, which lies in 0..length. */
  static int offset(String text, int index) {
    return text.offsetByCodePoints(0, index);
  }
}
