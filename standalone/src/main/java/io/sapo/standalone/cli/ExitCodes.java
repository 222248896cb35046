package io.sapo.standalone.cli;

import io.sapo.learner.commit.CommitFailedException;
import io.sapo.learner.commit.FencedException;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.errors.RetriableException;

/** What every command answers to the shell. */
final class ExitCodes {
  static final int FINE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  /** Another learner has taken over: whoever starts this one again takes over from that. */
  static final int FENCED = 3;

  /** What failed lies outside of the process; started again it may go on. */
  static final int RETRY = 4;

  private ExitCodes() {}

  /** By what is at the bottom of a failure. */
  static int of(Throwable failure) {
    Set<Throwable> seen = new HashSet<>();
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      if (at instanceof FencedException) {
        return FENCED;
      }
      if (at instanceof CommitFailedException || at instanceof RetriableException) {
        return RETRY;
      }
    }
    return FAILED;
  }
}
