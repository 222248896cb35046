package io.sapo.verifier;

import io.sapo.verifier.math.MathEquality;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds where a text states its final answer. The last statement counts; linear in the text. */
final class FinalAnswer {
  /** Only the end of a text is searched; a longer ramble after the answer has not finished. */
  static final int TAIL_CHARS = 1 << 16;

  /** An answer that goes on for longer is cut; a box of more is none. */
  static final int ANSWER_CHARS = MathEquality.MAX_CHARS;

  private static final String HASHES = "####";
  private static final String OPENING_TAG = "<answer>";
  private static final String CLOSING_TAG = "</answer>";
  private static final String THOUGHT = "</think>";
  private static final String PHRASE = "answer";
  private static final String FINAL = "final ";
  private static final int MAX_MARKS = 12;
  private static final int MAX_REMARK = 200;
  private static final int RAREST = PHRASE.indexOf('w');

  /** What a heading behind hashes says instead of the answer, which follows. */
  private static final Pattern HEADING =
      Pattern.compile(
          "[\\s*_]*+(?:the\\s++)?+(?:final\\s++)?+answer[ \\t*_:]*+(?=\\R)",
          Pattern.CASE_INSENSITIVE);

  private static final List<String> WRONG = List.of("wrong ", "incorrect ", "false ");
  private static final List<String> PHRASE_ENDS = List.of(":", " is", "**:", "\":", "\uff1a");

  /**
   * Behind "answer is": a remark about an answer that is stated already, where answers are numbers
   * or letters. What may follow the word is listed, too: "correct: 20" says another answer.
   */
  private static final Pattern REMARK =
      Pattern.compile(remark("correct|right"), Pattern.CASE_INSENSITIVE);

  /** The same where answers are words: "right" may say which side, and "Correct" be a label. */
  private static final Pattern REMARK_BESIDE_WORDS = Pattern.compile(remark("correct"));

  private static final Pattern NO_REMARK = Pattern.compile("(?!)");

  /** A mark without an answer behind it is passed over; so many of them. */
  private static final int MAX_EMPTY_MARKS = 64;

  private FinalAnswer() {}

  private static String remark(String correct) {
    return "\\s++(?:(?:also|indeed|clearly|certainly|definitely|fully|well|thus|therefore|now|quite"
        + "|very|both|entirely|perfectly)\\s++){0,3}+(?:"
        + correct
        + "|reasonable|consistent"
        + "|supported|verified|confirmed|valid|plausible|sensible|justified|accurate|sound)"
        + "[*_]{0,3}+(?:\\s*+(?:$|\\R|[.!;)]|,(?!\\s*+[-$(*\\\\]*+(?:[0-9\\\\]|[A-Z]\\b)))"
        + "|\\s++(?:with|by|because|since|as|and|for|given|under|in|on|according)\\b)";
  }

  /** What follows the last {@code ####}, or {@code A:} at the start of a line. */
  static Optional<String> gsm8k(String text) {
    String tail = tail(text);
    return stated(tail, Math.max(afterHashes(tail), afterLineStart(tail)));
  }

  /**
   * As {@link #gsm8k}; "answer:", "answer is" and {@code <answer>…</answer>} count, too. For
   * answers that are numbers or letters: that the answer is correct is one only where there is no
   * other.
   */
  static Optional<String> marked(String text) {
    return marked(text, REMARK);
  }

  private static Optional<String> marked(String text, Pattern remarks) {
    String tail = tail(text);
    int mark = lastMark(tail, remarks);
    return stated(tail, mark < 0 ? afterPhrase(tail, NO_REMARK) : mark);
  }

  private static int lastMark(String tail, Pattern remarks) {
    int after = Math.max(afterHashes(tail), afterLineStart(tail));
    return Math.max(after, Math.max(afterPhrase(tail, remarks), afterTag(tail)));
  }

  /** What the last box holds, or the last ones that belong together; see {@link Boxes}. */
  static Optional<String> boxed(String text) {
    return new Boxes(tail(text)).last();
  }

  /** The box, unless an answer in tags comes later, or any once the thinking with it is over. */
  static Optional<String> finalBox(String text) {
    return finalBox(text, REMARK);
  }

  private static Optional<String> finalBox(String text, Pattern remarks) {
    String tail = tail(text);
    Boxes boxes = new Boxes(tail);
    Optional<String> box = boxes.last();
    int thought = tail.lastIndexOf(THOUGHT);
    if (box.isEmpty() || thought < 0 && !tail.contains(CLOSING_TAG)) {
      return box;
    }
    int end = boxes.end();
    int tag = afterTag(tail);
    int later = tag >= end ? tag : -1;
    if (thought >= end) {
      int mark = lastMark(tail, remarks);
      later = mark > thought ? mark : later;
    }
    return stated(tail, later).filter(answer -> !answer.isEmpty()).isPresent()
        ? Optional.empty()
        : box;
  }

  /** The box if there is one that is final, else the marked answer: a number or a letter. */
  static Optional<String> boxedOrMarked(String text) {
    return finalBox(text).or(() -> marked(text));
  }

  /**
   * As {@link #boxedOrMarked}, where the answer may be any words.
   *
   * @param overRemarks whether "the answer is correct" is no answer
   */
  static Optional<String> boxedOrMarkedWords(String text, boolean overRemarks) {
    Pattern remarks = overRemarks ? REMARK_BESIDE_WORDS : NO_REMARK;
    return finalBox(text, remarks).or(() -> marked(text, remarks));
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - TAIL_CHARS));
  }

  /** Past the last hashes that open an answer: not those that close one on their line. */
  private static int afterHashes(String text) {
    int at = text.lastIndexOf(HASHES);
    for (int marks = 0; at >= 0 && marks < MAX_EMPTY_MARKS; marks++) {
      int before = text.lastIndexOf(HASHES, at - 1);
      if (closes(text, before, at)) {
        return before + HASHES.length();
      }
      int start = at + HASHES.length();
      Matcher heading =
          HEADING.matcher(text).region(start, Math.min(text.length(), start + MAX_REMARK));
      start = heading.lookingAt() ? heading.end() : start;
      if (stated(text, start).filter(answer -> !answer.isEmpty()).isPresent()) {
        return start;
      }
      at = before;
    }
    return -1;
  }

  /** Whether hashes end an answer that other ones open on the same line. */
  private static boolean closes(String text, int opening, int closing) {
    int start = opening + HASHES.length();
    if (opening < 0 || closing < start || closing - opening > ANSWER_CHARS) {
      return false;
    }
    String answer = text.substring(start, closing).replace("#", "");
    int end = closing;
    while (end < text.length() && "# \t*".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    boolean endsLine = end == text.length() || "\r\n".indexOf(text.charAt(end)) >= 0;
    return endsLine && !answer.isBlank() && answer.indexOf('\n') < 0;
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
   *
   * @param remarks behind "answer is", which are passed over
   */
  private static int afterPhrase(String text, Pattern remarks) {
    for (int at = text.length() - PHRASE.length(); at >= 0; at--) {
      char c = text.charAt(at + RAREST);
      if ((c == 'w' || c == 'W') && text.regionMatches(true, at, PHRASE, 0, PHRASE.length())) {
        int end = at + PHRASE.length();
        for (String rest : PHRASE_ENDS) {
          if (!isWrongOne(text, at)
              && text.regionMatches(true, end, rest, 0, rest.length())
              && !(rest.equals(" is") && isRemark(remarks, text, end + rest.length()))) {
            return end + rest.length();
          }
        }
        if (isHeading(text, at, end)) {
          return end;
        }
      }
    }
    return -1;
  }

  private static boolean isRemark(Pattern remarks, String text, int from) {
    int limit = Math.min(text.length(), from + MAX_REMARK);
    return remarks.matcher(text).region(from, limit).lookingAt();
  }

  /** The wrong answer is not the answer. */
  private static boolean isWrongOne(String text, int at) {
    return WRONG.stream()
        .anyMatch(word -> text.regionMatches(true, at - word.length(), word, 0, word.length()));
  }

  /** Whether nothing else stands on its line but "final" and marks of headings and emphasis. */
  private static boolean isHeading(String text, int at, int end) {
    int after = end;
    while (after < text.length() && "*_# \t".indexOf(text.charAt(after)) >= 0) {
      after++;
    }
    if (after == text.length() || "\r\n".indexOf(text.charAt(after)) < 0) {
      return false;
    }
    int before = at;
    boolean named = text.regionMatches(true, at - FINAL.length(), FINAL, 0, FINAL.length());
    before -= named ? FINAL.length() : 0;
    int marks = 0;
    while (before > 0 && "*_# \t".indexOf(text.charAt(before - 1)) >= 0 && marks <= MAX_MARKS) {
      before--;
      marks++;
    }
    return marks > 0 && (before == 0 || "\r\n".indexOf(text.charAt(before - 1)) >= 0);
  }

  /** Past the last opening tag that is closed again. */
  private static int afterTag(String text) {
    int closing = text.lastIndexOf(CLOSING_TAG);
    int opening = closing < 0 ? -1 : text.lastIndexOf(OPENING_TAG, closing);
    return opening < 0 ? -1 : opening + OPENING_TAG.length();
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

  /** The rest of the line, or the next line that says something; hashes and tags end it. */
  private static Optional<String> stated(String text, int start) {
    if (start < 0) {
      return Optional.empty();
    }
    int from = start;
    int limit = Math.min(text.length(), start + ANSWER_CHARS);
    while (from < limit && isPadding(text.charAt(from))) {
      from++;
    }
    boolean below = text.substring(start, from).indexOf('\n') >= 0;
    if (below
        && from + 1 < limit
        && "-•".indexOf(text.charAt(from)) >= 0
        && text.charAt(from + 1) == ' ') {
      // The mark of a list.
      from += 2;
    }
    int end = from;
    while (end < limit
        && text.charAt(end) != '\n'
        && text.charAt(end) != '\r'
        && !text.startsWith(HASHES, end)
        && !text.startsWith(CLOSING_TAG, end)) {
      end++;
    }
    while (end > from && isPadding(text.charAt(end - 1))) {
      end--;
    }
    return Optional.of(text.substring(from, end));
  }

  /** White space, Markdown emphasis and the colon of "answer is:". */
  private static boolean isPadding(char c) {
    return Character.isWhitespace(c) || c == '*' || c == ':';
  }
}
