package io.sapo.verifier;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answer in the last box or after the last answer mark, else the whole response, reads exactly
 * like the reference: same letters and case; runs of white space count as one space and a closing
 * full stop as nothing, and so do quotation marks and {@code \\text{…}} around an answer.
 */
public final class ExactVerifier implements Verifier {
  private static final int MAX_WRAPPINGS = 6;

  /** What may stand around an answer: what opens it, and what closes it. */
  private static final List<List<String>> WRAPPINGS =
      List.of(
          List.of("\"", "\"}"),
          List.of("\"", "\""),
          List.of("\u201c", "\u201d"),
          List.of("\u2018", "\u2019"),
          List.of("'", "'"),
          List.of("```", "```"),
          List.of("`", "`"),
          List.of("**", "**"),
          List.of("*", "*"),
          List.of("$", "$"),
          List.of("\\(", "\\)"));

  private static final Pattern TEXT =
      Pattern.compile("\\\\(?:text[a-z]{0,2}|mathrm|mathbf|mbox)\\s*+\\{([^{}]*+)\\}");

  /** Of "Paris**." and "Yes!"; a sign behind a single letter is a factorial. */
  private static final Pattern ENDING = Pattern.compile("\\*{1,3}+\\.?+$|(?<=\\p{L}{2})!$");

  /** Of the sentence; before a small letter, one may be of the answer: simply connected. */
  private static final Pattern ADVERB =
      Pattern.compile(
          "(?:(?:therefore|thus|hence),?+\\s++|(?:clearly|obviously|simply|definitely)(?:,\\s++|\\s++(?=[^\\p{Ll}])))(?=\\S)");

  /** A reference of this kind is no word that says whether something is right. */
  private static final Pattern NO_VERDICT =
      Pattern.compile(
          ".*[0-9].*|(?=.*\\p{Lu})(?!.*"
              + "(?i:correct|right|left|wrong|false|true|yes|\\bno|\\bun|\\bin|\\bim|valid|consistent|reasonable|supported|verified|confirmed|plausible|sensible|justified|accurate|sound|refuted|contradict|agree)).*",
          Pattern.DOTALL);

  @Override
  public String name() {
    return "exact";
  }

  @Override
  public Verdict verify(String response, String reference) {
    String expected = tidy(reference);
    if (expected.isEmpty()) {
      throw new ReferenceAnswerException(name(), reference, "some text");
    }
    String answer = answer(response, expected);
    // Tidying a long text to compare it with a short one would be work for nothing.
    if (answer.length() > 4 * reference.length() + FinalAnswer.ANSWER_CHARS) {
      return Verdict.of(false);
    }
    String tidied = tidy(answer);
    boolean same =
        tidied.equals(expected)
            || tidied.length() > expected.length() && tidy(unwrapped(answer)).equals(expected);
    return Verdict.of(same);
  }

  @Override
  public Explanation explain(String response, String reference) {
    Verdict verdict = verify(response, reference);
    String found = answer(response, tidy(reference));
    String start = found.substring(0, Math.min(found.length(), FinalAnswer.ANSWER_CHARS));
    String why = verdict.correct() ? "the same letters" : "different letters";
    return new Explanation(verdict, start, tidy(start), tidy(reference), why);
  }

  /** Where the reference is no such word itself, that the answer is correct is a remark. */
  private static String answer(String response, String expected) {
    boolean overRemarks = NO_VERDICT.matcher(expected).matches();
    return FinalAnswer.boxedOrMarkedWords(response, overRemarks).orElse(response);
  }

  /** Without quotation marks, emphasis, pictures and LaTeX's words for text around the whole. */
  private static String unwrapped(String text) {
    String inner = Markup.plain(text).strip();
    Matcher adverb = ADVERB.matcher(inner);
    inner = adverb.lookingAt() ? inner.substring(adverb.end()) : inner;
    for (int i = 0; i < MAX_WRAPPINGS; i++) {
      String before = inner;
      inner = inner.endsWith(".") ? inner.substring(0, inner.length() - 1).strip() : inner;
      Matcher words = TEXT.matcher(inner);
      inner = words.matches() ? words.group(1).strip() : withoutMarks(inner);
      if (inner.equals(before)) {
        break;
      }
    }
    return ENDING.matcher(inner).replaceFirst("");
  }

  private static String withoutMarks(String text) {
    for (List<String> marks : WRAPPINGS) {
      String opening = marks.get(0);
      String closing = marks.get(1);
      int end = text.length() - closing.length();
      if (end > opening.length() && text.startsWith(opening) && text.endsWith(closing)) {
        String inner = text.substring(opening.length(), end);
        if (!inner.contains(opening) && !inner.contains(closing)) {
          return inner.strip();
        }
      }
    }
    return text;
  }

  private static String tidy(String text) {
    StringBuilder tidy = new StringBuilder(text.length());
    for (String word : text.strip().split("\\s++")) {
      tidy.append(tidy.length() == 0 ? "" : " ").append(word);
    }
    int last = tidy.length() - 1;
    if (last > 0 && tidy.charAt(last) == '.') {
      tidy.setLength(last);
    }
    return tidy.toString();
  }
}
