package io.sapo.verifier;

/** A reference answer that a verifier cannot judge by: a fault of the task, not of the response. */
public final class ReferenceAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ReferenceAnswerException(String verifier, String reference, String wanted) {
    super(
        "verifier "
            + verifier
            + " cannot judge by the reference answer '"
            + reference.substring(0, Math.min(reference.length(), 200))
            + "'; it needs "
            + wanted);
  }
}
