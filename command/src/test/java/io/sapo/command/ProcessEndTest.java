package io.sapo.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcessEndTest {
  /** A process whose exit handlers, as those of a native library might, do not end well. */
  static final class Ending {
    public static void main(String[] args) {
      NativeLibrary c = NativeLibrary.getInstance("c");
      // atexit itself stands in no shared library.
      c.getFunction("__cxa_atexit").invokeInt(new Object[] {c.getFunction("abort"), null, null});
      ProcessEnd.now(143);
    }
  }

  @Test
  void exitHandlersOfNativeLibrariesAreNotRun() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Ending.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
  }
}
