package io.sapo.verifier;

/**
 * Why a verifier judges as it does, for people.
 *
 * @param verdict the same that {@link Verifier#verify} gives
 * @param answer what was found as the answer; empty where none was
 * @param read how that was read
 * @param reference how the reference was read
 * @param why in a few words
 */
public record Explanation(
    Verdict verdict, String answer, String read, String reference, String why) {
  private static final int SHOWN_CHARS = 300;

  public Explanation {
    answer = shortened(answer);
    read = shortened(read);
    reference = shortened(reference);
    why = shortened(why);
  }

  /** Where no answer was found, what was looked for. */
  static Explanation notFound(Verdict verdict, String reference, String lookedFor) {
    return new Explanation(verdict, "", "", reference, "no answer was found: no " + lookedFor);
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
  }
}
