package io.sapo.verifier;

/**
 * The form alone: {@code <think>…</think>} from the first character on, then a box. For rewards of
 * several verifiers; the reference does not count.
 */
public final class FormatVerifier implements Verifier {
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";
  private static final String BOX = "\\boxed{";

  @Override
  public String name() {
    return "format";
  }

  @Override
  public Verdict verify(String response, String reference) {
    return Verdict.of(wellFormed(response));
  }

  @Override
  public Explanation explain(String response, String reference) {
    Verdict verdict = verify(response, reference);
    String why = verdict.correct() ? "the form is right" : "the form is not right";
    return new Explanation(verdict, "", "", "<think>…</think> … \\boxed{…}", why);
  }

  /** Whether all of it matches {@code <think>.*</think>.*\boxed{.*}.*}, in linear time. */
  static boolean wellFormed(String response) {
    if (!response.startsWith(OPEN)) {
      return false;
    }
    int closed = response.indexOf(CLOSE, OPEN.length());
    int box = closed < 0 ? -1 : response.indexOf(BOX, closed + CLOSE.length());
    return box >= 0 && response.indexOf('}', box + BOX.length()) >= 0;
  }
}
