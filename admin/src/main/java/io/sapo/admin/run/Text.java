package io.sapo.admin.run;

final class Text {
  private Text() {}

  /** The first characters, never half a surrogate pair. */
  static String upTo(int chars, String text) {
    if (text.length() <= chars) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
    return text.substring(0, end) + "…";
  }
}
