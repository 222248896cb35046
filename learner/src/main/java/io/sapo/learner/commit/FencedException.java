package io.sapo.learner.commit;

/**
 * Another learner with the same transactional id has taken over; this one must stop. Coordinators
 * say the same of a transaction that they have ended because it stood open for too long.
 */
public final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  FencedException(String transactionalId, Throwable cause) {
    super(
        "another learner has taken over (transactional id "
            + transactionalId
            + "); this one stops without committing",
        cause);
  }
}
