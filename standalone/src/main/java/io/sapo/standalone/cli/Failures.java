package io.sapo.standalone.cli;

import io.sapo.broker.BrokerException;
import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.configuration.ConfigException;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.commit.CommitFailedException;
import io.sapo.learner.commit.FencedException;
import io.sapo.schemas.RestartException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
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

  /** Whether the thread was interrupted where it waited. */
  static boolean isInterrupted(Throwable failure) {
    Set<Throwable> seen = new HashSet<>();
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      if (at instanceof InterruptedException || at instanceof InterruptException) {
        return true;
      }
    }
    return false;
  }

  /** What is said of a failure that has no message for people. */
  static String unforeseen(Exception failure) {
    if (failure instanceof FileSystemException file) {
      return ofFile(file);
    }
    if (failure instanceof UncheckedIOException io
        && io.getCause() instanceof FileSystemException file) {
      return ofFile(file);
    }
    String what = failure.getClass().getSimpleName() + ": " + failure.getMessage();
    return exitCode(failure) == ExitCodes.RETRY
        ? what
            + "; this lies outside of sapo, and started again it may go on (see also sapo doctor)"
        : what + " (--verbose prints where it happened)";
  }

  private static String ofFile(FileSystemException failure) {
    String what = "cannot be used: " + failure.getReason();
    if (failure instanceof AccessDeniedException) {
      what = "may not be read or written by this user";
    } else if (failure instanceof FileAlreadyExistsException) {
      what = "is there already, and is no folder";
    } else if (failure instanceof NotDirectoryException) {
      what = "is no folder";
    } else if (failure instanceof NoSuchFileException) {
      what = "does not exist";
    }
    return failure.getFile() + " " + what + " (--verbose prints where it happened)";
  }

  /** By what is at the bottom of a failure. */
  private static int byCause(Throwable failure) {
    Set<Throwable> seen = new HashSet<>();
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      if (at instanceof FencedException) {
        return ExitCodes.FENCED;
      }
      if (at instanceof FencedInstanceIdException) {
        return ExitCodes.FAILED; // Started again it would fence the other one of its name.
      }
      if (at instanceof CommitFailedException
          || at instanceof RetriableException
          || at instanceof UnknownServerException
          || at instanceof ApplicationRecoverableException
          || at instanceof ProcessorStateException
          || at instanceof RestartException
          || at instanceof CheckpointException checkpoint && checkpoint.isUnwritten()
          || at instanceof BrokerException broker && broker.died()) {
        return ExitCodes.RETRY;
      }
    }
    return ExitCodes.FAILED;
  }
}
