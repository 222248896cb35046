package io.sapo.verifier;

import java.util.regex.Pattern;

/** What decorates an answer and says nothing: tags, pictures, signs of another width. */
final class Markup {
  private static final Pattern TAG = Pattern.compile("</?(?:b|i|u|em|strong|code)>");

  /** Signs of other widths, and what they are in ASCII. */
  private static final String WIDE =
      "\uff08\uff09\uff0e\u3002\uff0c\u3001\uff1a\uff1b\uff01\uff1f\u3010\u3011";

  private static final String NARROW = "()..,,:;!?[]";

  /** Pictures begin here; those of crosses are kept, since they reject what they stand beside. */
  private static final int FIRST_PICTURE = 0x2600;

  private static final String CROSSES = "\u274c\u274e\u2716\u2717\u2718\u26d4";

  /** Signs of sexes and of notes. */
  private static final String SIGNS = "\u2640\u2642\u266d\u266e";

  private static final int FIRST_BRAILLE = 0x2800;
  private static final int LAST_BRAILLE = 0x28FF;

  /** Letters and months in circles, and units in a square. */
  private static final int FIRST_UNIT = 0x3200;

  private static final int LAST_UNIT = 0x33FF;
  private static final int LETTER_PICTURES = 0x1F100;
  private static final int LAST_LETTER_PICTURE = 0x1F1FF;
  private static final int PROHIBITED = 0x1F6AB;
  private static final int VARIATION = 0xFE0F;

  private Markup() {}

  /**
   * Without tags of emphasis and pictures (a tick, a hand that points); signs as ASCII has them.
   */
  static String plain(String text) {
    String plain = text.indexOf("</") < 0 ? text : TAG.matcher(text).replaceAll("");
    if (isAscii(plain)) {
      return plain;
    }
    StringBuilder ascii = new StringBuilder(plain.length());
    plain
        .codePoints()
        .filter(point -> !isPicture(point))
        .map(point -> WIDE.indexOf(point) < 0 ? point : NARROW.charAt(WIDE.indexOf(point)))
        .forEach(ascii::appendCodePoint);
    return ascii.toString().strip();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPicture(int point) {
    return point == VARIATION
        || point >= FIRST_PICTURE
            && Character.getType(point) == Character.OTHER_SYMBOL
            && !saysSomething(point);
  }

  private static boolean saysSomething(int point) {
    return CROSSES.indexOf(point) >= 0
        || SIGNS.indexOf(point) >= 0
        || point == PROHIBITED
        || point >= FIRST_BRAILLE && point <= LAST_BRAILLE
        || point >= FIRST_UNIT && point <= LAST_UNIT
        || point >= LETTER_PICTURES && point <= LAST_LETTER_PICTURE;
  }
}
