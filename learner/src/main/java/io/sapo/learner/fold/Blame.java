package io.sapo.learner.fold;

import ai.djl.engine.EngineException;
import io.sapo.pictures.UnreadablePictureException;
import java.io.IOException;

/**
 * Whether a failure within an update comes of its batch: then every process that folds it fails in
 * the same way, and leaving it out is an outcome that replay repeats. What may come of the machine
 * (the native library, memory, a disk, an interrupt) is none: another process would compute the
 * batch.
 */
final class Blame {
  private static final String NATIVE_LIBRARY = "ai.djl.";
  private static final String OWN = "io.sapo.";

  private Blame() {}

  static boolean isOfBatch(RuntimeException failure) {
    // About these bytes and numbers, whatever has found it out.
    if (failure instanceof UnreadablePictureException
        || failure instanceof IllegalArgumentException
        || failure instanceof IndexOutOfBoundsException
        || failure instanceof ArithmeticException) {
      return true;
    }
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof EngineException
          || at instanceof IOException
          || at instanceof InterruptedException
          || at instanceof Error
          || isOfNativeLibrary(at)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether it was thrown within a call of the library, such as that a tensor has been released,
   * which is said without an exception of its own.
   */
  private static boolean isOfNativeLibrary(Throwable failure) {
    for (StackTraceElement frame : failure.getStackTrace()) {
      if (frame.getClassName().startsWith(OWN)) {
        return false;
      }
      if (frame.getClassName().startsWith(NATIVE_LIBRARY)) {
        return true;
      }
    }
    return false;
  }
}
