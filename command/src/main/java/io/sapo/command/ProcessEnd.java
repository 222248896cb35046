package io.sapo.command;

import com.sun.jna.Function;
import com.sun.jna.Platform;

/** The end of the process in the middle of what its threads do. */
public final class ProcessEnd {
  private ProcessEnd() {}

  /**
   * Ends the process without running anything more. {@link Runtime#halt} runs the exit handlers of
   * native libraries, and libtorch's take away memory that a thread may be computing with: such a
   * process ends with a segmentation fault in place of its exit code.
   */
  public static void now(int exitCode) {
    if (Platform.isLinux()) {
      try {
        Function.getFunction("c", "_exit").invoke(new Object[] {exitCode});
      } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
        // JNA cannot unpack its library here, as on a full disk.
        Runtime.getRuntime().halt(exitCode);
      }
    }
    Runtime.getRuntime().halt(exitCode);
  }
}
