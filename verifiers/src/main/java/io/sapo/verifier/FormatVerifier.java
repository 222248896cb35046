package io.sapo.verifier;

/**
 * The form alone: {@code <think>…</think>} from the first character on, then a box; of prompts that
 * end with {@code <think>}, what comes behind it. For rewards of several verifiers; the reference
 * does not count.
 */
public final class FormatVerifier implements Verifier {
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";
  private static final String BOX = "\\boxed{";

  private final boolean opened;

  public FormatVerifier() {
    this(false);
  }

  private FormatVerifier(boolean opened) {
    this.opened = opened;
  }

  @Override
  public Verifier configured(VerifierSettings settings) {
    return new FormatVerifier(settings.shaping().thinkOpened());
  }

  @Override
  public String name() {
    return "format";
  }

  @Override
  public Verdict verify(String response, String reference) {
    return Verdict.of(wellFormed(response, opened));
  }

  @Override
  public Explanation explain(String response, String reference) {
    Verdict verdict = verify(response, reference);
    String why = verdict.correct() ? "the form is right" : "the form is not right";
    String form = (opened ? "" : OPEN) + "…</think> … \\boxed{…}";
    return new Explanation(verdict, "", "", form, why);
  }

  /**
   * Whether all of it matches {@code <think>.*</think>.*\boxed{.*}.*}, in linear time.
   *
   * @param opened whether the prompt ends with the first tag: then the response has none
   */
  static boolean wellFormed(String response, boolean opened) {
    if (opened ? response.contains(OPEN) : !response.startsWith(OPEN)) {
      return false;
    }
    int closed = response.indexOf(CLOSE, opened ? 0 : OPEN.length());
    int box = closed < 0 ? -1 : response.indexOf(BOX, closed + CLOSE.length());
    return box >= 0 && response.indexOf('}', box + BOX.length()) >= 0;
  }
}
