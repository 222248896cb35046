package io.sapo.verifier;

/**
 * Geometry3K as the paper rewards it: 0.9 · (right answer, see {@link BoxedMathVerifier}) + 0.1 ·
 * (form: see {@link FormatVerifier}).
 */
public final class Geo3kVerifier implements Verifier {
  private static final double ANSWER_SHARE = 0.9;
  private static final double FORMAT_SHARE = 0.1;

  private final BoxedMathVerifier math;
  private final boolean thinkOpened;

  public Geo3kVerifier() {
    this(new BoxedMathVerifier(), false);
  }

  private Geo3kVerifier(BoxedMathVerifier math, boolean thinkOpened) {
    this.math = math;
    this.thinkOpened = thinkOpened;
  }

  @Override
  public Verifier configured(VerifierSettings settings) {
    return new Geo3kVerifier(
        new BoxedMathVerifier(settings.equality()), settings.shaping().thinkOpened());
  }

  @Override
  public String name() {
    return "geo3k";
  }

  @Override
  public Verdict verify(String response, String reference) {
    boolean correct = math.correct(name(), response, reference);
    double reward = (correct ? ANSWER_SHARE : 0) + (formed(response) ? FORMAT_SHARE : 0);
    return new Verdict(reward, correct);
  }

  private boolean formed(String response) {
    return FormatVerifier.wellFormed(response, thinkOpened);
  }

  @Override
  public Explanation explain(String response, String reference) {
    Explanation answer = math.explain(name(), verify(response, reference), response, reference);
    String form = formed(response) ? "; the form is right" : "; the form is not right";
    return new Explanation(
        answer.verdict(), answer.answer(), answer.read(), answer.reference(), answer.why() + form);
  }
}
