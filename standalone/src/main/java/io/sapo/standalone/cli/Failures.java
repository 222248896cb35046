package io.sapo.standalone.cli;

import io.sapo.broker.BrokerException;
import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.configuration.ConfigException;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.commit.CommitFailedException;
import io.sapo.learner.commit.FencedException;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.streams.errors.ProcessorStateException;

/** Which exit code a failure is. */
final class Failures {
  private Failures() {}

  static int exitCode(Exception failure) {
    boolean usage =
        failure instanceof CommandFailure asked
            ? asked.isUsage()
            : failure instanceof ConfigException;
    return usage ? ExitCodes.USAGE : byCause(failure);
  }

  /** What is said of a failure that has no message for people. */
  static String unforeseen(Exception failure) {
    String what = failure.getClass().getSimpleName() + ": " + failure.getMessage();
    return exitCode(failure) == ExitCodes.RETRY
        ? what
            + "; this lies outside of sapo, and started again it may go on (see also sapo doctor)"
        : what + " (--verbose prints where it happened)";
  }

  /** By what is at the bottom of a failure. */
  private static int byCause(Throwable failure) {
    Set<Throwable> seen = new HashSet<>();
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      if (at instanceof FencedException) {
        return ExitCodes.FENCED;
      }
      if (at instanceof CommitFailedException
          || at instanceof RetriableException
          || at instanceof UnknownServerException
          || at instanceof ProcessorStateException
          || at instanceof CheckpointException checkpoint && checkpoint.isUnwritten()
          || at instanceof BrokerException broker && broker.died()) {
        return ExitCodes.RETRY;
      }
    }
    return ExitCodes.FAILED;
  }
}
