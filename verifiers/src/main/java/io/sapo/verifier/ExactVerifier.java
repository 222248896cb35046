package io.sapo.verifier;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The answer in the last box or after the last answer mark, else the whole response, reads exactly
 * like the reference: same letters and case; runs of white space count as one space and a closing
 * full stop as nothing, and so do quotation marks and {@code \\text{…}} around an answer.
 */
public final class ExactVerifier implements Verifier {
  private static final int MAX_WRAPPINGS = 4;
  private static final Pattern WRAPPED =
      Pattern.compile(
          "\\s*+(?:\\\\(?:text[a-z]{0,2}|mathrm|mathbf|mbox)\\s*+\\{|[\"\u201c$`])([^{}\"\u201c\u201d$`]*+)[}\"\u201d$`]\\s*+\\.?+\\s*+");

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
    String answer = FinalAnswer.boxedOrMarkedWords(response).orElse(response);
    // Tidying a long text to compare it with a short one would be work for nothing.
    boolean comparable = answer.length() <= 4 * reference.length() + FinalAnswer.ANSWER_CHARS;
    return Verdict.of(
        comparable && (tidy(answer).equals(expected) || tidy(unwrapped(answer)).equals(expected)));
  }

  @Override
  public Explanation explain(String response, String reference) {
    Verdict verdict = verify(response, reference);
    String found = FinalAnswer.boxedOrMarkedWords(response).orElse(response);
    String start = found.substring(0, Math.min(found.length(), FinalAnswer.ANSWER_CHARS));
    String why = verdict.correct() ? "the same letters" : "different letters";
    return new Explanation(verdict, start, tidy(start), tidy(reference), why);
  }

  /** Without quotation marks and LaTeX's words for text around the whole of it. */
  private static String unwrapped(String text) {
    String inner = text;
    for (int i = 0; i < MAX_WRAPPINGS; i++) {
      Matcher wrapped = WRAPPED.matcher(inner);
      if (!wrapped.matches()) {
        break;
      }
      inner = wrapped.group(1);
    }
    return inner;
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
