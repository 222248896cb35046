package io.sapo.learner.recovery;

/** Folding a committed batch again gave other weights than were committed. */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String difference;

  DivergenceException(long version, String what, String committed, String folded) {
    super(
        "version %d: %s was committed as %s, but folding the same batch again gives %s; the machine, the thread count or the code is not what it was (--accept-divergence goes on from what was folded, and records it)"
            .formatted(version, what, committed, folded));
    this.difference = "%s hashes to %s, committed as %s".formatted(what, folded, committed);
  }

  /** What differs, without saying why. */
  String difference() {
    return difference;
  }
}
