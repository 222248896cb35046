package io.sapo.segmenter.verify;

/**
 * Geometry3K as the paper rewards it: 0.9 · (right answer, see {@link BoxedMathVerifier}) + 0.1 ·
 * (form: {@code <think>…</think>} from the first character on, then a box).
 */
public final class Geo3kVerifier implements Verifier {
  private static final double ANSWER_SHARE = 0.9;
  private static final double FORMAT_SHARE = 0.1;
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";
  private static final String BOX = "\\boxed{";

  @Override
  public String name() {
    return "geo3k";
  }

  @Override
  public Verdict verify(String response, String reference) {
    boolean correct = BoxedMathVerifier.correct(name(), response, reference);
    double reward = (correct ? ANSWER_SHARE : 0) + (wellFormed(response) ? FORMAT_SHARE : 0);
    return new Verdict(reward, correct);
  }

  @Override
  public Explanation explain(String response, String reference) {
    Explanation answer =
        BoxedMathVerifier.explain(name(), verify(response, reference), response, reference);
    String form = wellFormed(response) ? "; the form is right" : "; the form is not right";
    return new Explanation(
        answer.verdict(), answer.answer(), answer.read(), answer.reference(), answer.why() + form);
  }

  /** Whether all of it matches {@code <think>.*</think>.*\boxed{.*}.*}, in linear time. */
  private static boolean wellFormed(String response) {
    if (!response.startsWith(OPEN)) {
      return false;
    }
    int closed = response.indexOf(CLOSE, OPEN.length());
    int box = closed < 0 ? -1 : response.indexOf(BOX, closed + CLOSE.length());
    return box >= 0 && response.indexOf('}', box + BOX.length()) >= 0;
  }
}
