package io.sapo.learner.recovery;

/** Folding a committed batch again gave other weights than were committed. */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String difference;

  /**
   * @param environment what differs between there and here; empty for nothing known
   */
  DivergenceException(
      long version, String what, String committed, String folded, String environment) {
    super(
        "version %d: %s was committed as %s, but folding the same batch again gives %s; %s (--accept-divergence goes on from what was folded, and records it)"
            .formatted(
                version,
                what,
                committed,
                folded,
                environment.isEmpty()
                    ? "the machine, the thread count or the code is not what it was"
                    : environment));
    this.difference = "%s hashes to %s, committed as %s".formatted(what, folded, committed);
  }

  /** What differs, without saying why. */
  String difference() {
    return difference;
  }
}
