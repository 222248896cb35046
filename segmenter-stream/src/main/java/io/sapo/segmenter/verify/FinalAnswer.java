package io.sapo.segmenter.verify;

import java.util.List;
import java.util.Optional;

/** Finds where a text states its final answer. The last statement counts; linear in the text. */
final class FinalAnswer {
  /** Only the end of a text is searched; a longer ramble after the answer has not finished. */
  static final int TAIL_CHARS = 1 << 16;

  /** An answer that goes on for longer is cut. */
  static final int ANSWER_CHARS = 500;

  private static final String BOXED = "\\boxed{";
  private static final String PHRASE = "answer";
  private static final int RAREST = PHRASE.indexOf('w');
  private static final List<String> PHRASE_ENDS = List.of(":", " is", "**:");

  private FinalAnswer() {}

  /** What follows the last {@code ####}, or {@code A:} at the start of a line, on its line. */
  static Optional<String> gsm8k(String text) {
    String tail = tail(text);
    return rest(tail, Math.max(afterHashes(tail), afterLineStart(tail)));
  }

  /** As {@link #gsm8k}; "answer:" and "answer is" count, too. */
  static Optional<String> marked(String text) {
    String tail = tail(text);
    int after = Math.max(afterHashes(tail), afterLineStart(tail));
    return rest(tail, Math.max(after, afterPhrase(tail)));
  }

  /** The content of the last {@code \boxed{…}}; empty when its braces do not balance. */
  static Optional<String> boxed(String text) {
    String tail = tail(text);
    int at = tail.lastIndexOf(BOXED);
    if (at < 0) {
      return Optional.empty();
    }
    int start = at + BOXED.length();
    int depth = 1;
    for (int i = start; i < Math.min(tail.length(), start + ANSWER_CHARS); i++) {
      char c = tail.charAt(i);
      if (c == '{') {
        depth++;
      } else if (c == '}' && --depth == 0) {
        return Optional.of(tail.substring(start, i).strip());
      }
    }
    return Optional.empty();
  }

  /** The box if there is one, else the marked answer. */
  static Optional<String> boxedOrMarked(String text) {
    return boxed(text).or(() -> marked(text));
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - TAIL_CHARS));
  }

  private static int afterHashes(String text) {
    int at = text.lastIndexOf("####");
    return at < 0 ? -1 : at + 4;
  }

  private static int afterLineStart(String text) {
    for (int at = text.lastIndexOf("A:"); at >= 0; at = text.lastIndexOf("A:", at - 1)) {
      if (startsLine(text, at)) {
        return at + 2;
      }
    }
    return -1;
  }

  /**
   * Past the last phrase, in any case; a lower-case copy of hostile text may be dear. Most places
   * are left after a look at one character, since this goes over the whole of most responses.
   */
  private static int afterPhrase(String text) {
    for (int at = text.length() - PHRASE.length(); at >= 0; at--) {
      char c = text.charAt(at + RAREST);
      if ((c == 'w' || c == 'W') && text.regionMatches(true, at, PHRASE, 0, PHRASE.length())) {
        int end = at + PHRASE.length();
        for (String rest : PHRASE_ENDS) {
          if (text.regionMatches(true, end, rest, 0, rest.length())) {
            return end + rest.length();
          }
        }
      }
    }
    return -1;
  }

  /** Whether only a little white space or emphasis stands before the place on its line. */
  private static boolean startsLine(String text, int at) {
    for (int i = at - 1; i >= Math.max(0, at - 8); i--) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r') {
        return true;
      }
      if (c != ' ' && c != '\t' && c != '*') {
        return false;
      }
    }
    return at <= 8;
  }

  private static Optional<String> rest(String text, int start) {
    if (start < 0) {
      return Optional.empty();
    }
    int end = Math.min(text.length(), start + ANSWER_CHARS);
    for (int i = start; i < end; i++) {
      if (text.charAt(i) == '\n' || text.charAt(i) == '\r') {
        end = i;
      }
    }
    while (start < end && isPadding(text.charAt(start))) {
      start++;
    }
    while (end > start && isPadding(text.charAt(end - 1))) {
      end--;
    }
    return Optional.of(text.substring(start, end));
  }

  /** White space, Markdown emphasis and the colon of "answer is:". */
  private static boolean isPadding(char c) {
    return Character.isWhitespace(c) || c == '*' || c == ':';
  }
}
