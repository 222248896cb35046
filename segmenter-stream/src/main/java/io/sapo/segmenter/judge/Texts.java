package io.sapo.segmenter.judge;

/** What others wrote, made fit for a log or a record. */
final class Texts {
  private Texts() {}

  /** One line of at most so many characters, without control characters. */
  static String line(String text, int most) {
    String start = text.substring(0, Math.min(text.length(), 4 * most));
    String line = start.replaceAll("[\\s\\p{C}]++", " ").strip();
    return line.length() <= most ? line : line.substring(0, most - 1) + "…";
  }
}
