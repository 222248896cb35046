package io.sapo.learner.recovery;

/** Recomputing a committed version gave other weights than were committed. */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String difference;
  private final boolean explained;

  /**
   * @param environment what differs between there and here; empty for nothing known
   * @param deterministic whether the devices there and here give the same bits each time
   */
  DivergenceException(
      long version,
      String what,
      String committed,
      String folded,
      String environment,
      boolean deterministic) {
    super(
        "version %d: %s was committed as %s, but recomputing it gives %s; %s"
            .formatted(version, what, committed, folded, why(environment, deterministic)));
    this.difference = "%s hashes to %s, committed as %s".formatted(what, folded, committed);
    this.explained = !deterministic && environment.isEmpty();
  }

  private static String why(String environment, boolean deterministic) {
    if (environment.isEmpty() && !deterministic) {
      return "the device does not give the same bits each time";
    }
    String elsewhere =
        environment.isEmpty()
            ? "the machine, the thread count or the code has changed"
            : environment;
    return elsewhere + " (--accept-divergence continues from what was recomputed, and records it)";
  }

  /** Whether the device alone accounts for it: nothing else is known to be different. */
  public boolean explained() {
    return explained;
  }

  /** What differs, without saying why. */
  String difference() {
    return difference;
  }
}
