package io.sapo.policy.text;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Tries a tokenizer's regular expression on texts that are hard for it, and counts the characters
 * looked at: runs of one kind of character with an end that does not fit. No clock is asked, so
 * that the same pattern is always taken or always refused.
 *
 * <p>The library gives up after ten million steps at one place of a text, and ends the process: a
 * pattern that takes steps in proportion to a text's length cannot get there within {@link
 * Tokenizer#MOST_CHARACTERS}.
 */
final class PatternTrial {
  private static final int RUN = 512;

  /** Characters looked at from one place, for each of the text. */
  private static final int MOST_LOOKS = 8;

  /** One of each class that patterns of tokenizers know. */
  private static final String KINDS =
      "aA0 \n\r\t\u00a0!'.,/\u4e00\u3042\uac00\u0301\u01c5\u02b0\u00b2$^_-";

  private static final int MOST_LITERALS = 24;

  private static final Pattern SCRIPT = Pattern.compile("\\{(Han|Hiragana|Katakana|Hangul)\\}");

  private PatternTrial() {}

  /**
   * Whether one match may take time that grows faster than the text. A pattern that cannot be read
   * by Java's own engine is not tried.
   */
  static boolean dear(String regex) {
    Pattern pattern;
    try {
      // The scripts' names need a prefix here.
      pattern = Pattern.compile(SCRIPT.matcher(regex).replaceAll("{Is$1}"));
    } catch (PatternSyntaxException e) {
      return false;
    }
    Set<Integer> kinds = new LinkedHashSet<>();
    KINDS.chars().forEach(kinds::add);
    regex
        .chars()
        .filter(c -> !kinds.contains(c))
        .distinct()
        .limit(MOST_LITERALS)
        .forEach(kinds::add);
    for (int run : kinds) {
      for (int end : kinds) {
        if (end != run && tooMany(pattern, Character.toString(run).repeat(RUN) + (char) end)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean tooMany(Pattern pattern, String text) {
    CountedText counted = new CountedText(text, (long) MOST_LOOKS * text.length());
    Matcher matcher = pattern.matcher(counted);
    try {
      matcher.lookingAt();
      return false;
    } catch (CountedText.ExhaustedException | StackOverflowError e) {
      return true;
    }
  }

  /** A text that counts how often it is looked at. */
  private static final class CountedText implements CharSequence {
    /** Too often; does not leave the trial. */
    static final class ExhaustedException extends RuntimeException {
      ExhaustedException() {
        super(null, null, false, false);
      }
    }

    private final String text;
    private long left;

    CountedText(String text, long left) {
      this.text = text;
      this.left = left;
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new ExhaustedException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
