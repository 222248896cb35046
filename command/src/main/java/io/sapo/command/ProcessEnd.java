package io.sapo.command;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import io.sapo.reading.NowReading;

/**
 * The end of the process in the middle of what its threads do. A JVM that ends runs the exit
 * handlers of native libraries, after {@link System#exit}, {@link Runtime#halt} and a signal alike,
 * and libtorch's take away memory that a thread may be computing with: such a process ends with a
 * segmentation fault in place of its exit code.
 */
public final class ProcessEnd {
  private ProcessEnd() {}

  /**
   * From here on {@link System#exit} and signals run shutdown hooks, and no exit handlers of native
   * libraries; and an end by the JVM itself, as where heap memory ends ({@code
   * -XX:+ExitOnOutOfMemoryError}, whose exit code 3 is {@link ExitCodes#FENCED} here), says what
   * was being read ({@link NowReading}) and has the code {@link ExitCodes#RETRY}. Once a process.
   */
  public static void arrange() {
    if (!Platform.isLinux()) {
      return;
    }
    try {
      // Handlers run in the order contrary to that of their registration.
      Function end = Function.getFunction("c", "_exit");
      atExit(end, Pointer.createConstant(ExitCodes.RETRY));
      // Writes the text, a colon, and the error of the last call: that there is no memory.
      atExit(
          Function.getFunction("c", "perror"), Native.getDirectBufferPointer(NowReading.message()));
      atExit(Function.getFunction("c", "malloc"), Pointer.createConstant(-1L));
      Function register = Function.getFunction("c", "on_exit");
      Thread hook = new Thread(() -> register.invokeInt(new Object[] {end, null}), "sapo-exit");
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      // No glibc, or JNA cannot unpack its library here: an end in the middle may end badly.
      return;
    }
  }

  private static void atExit(Function handler, Pointer argument) {
    Function.getFunction("c", "__cxa_atexit").invokeInt(new Object[] {handler, argument, null});
  }

  /** Ends the process without running anything more, shutdown hooks included. */
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
