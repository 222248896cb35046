package io.sapo.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.sun.jna.NativeLibrary;
import io.sapo.reading.NowReading;
import io.sapo.testing.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessEndTest {
  /** A process whose exit handlers, as those of a native library might, do not end well. */
  static final class Ending {
    public static void main(String[] args) throws Exception {
      NativeLibrary c = NativeLibrary.getInstance("c");
      // atexit itself stands in no shared library.
      if (!args[0].equals("fill")) {
        c.getFunction("__cxa_atexit").invokeInt(new Object[] {c.getFunction("abort"), null, null});
      }
      if (args[0].equals("now")) {
        ProcessEnd.now(143);
      }
      ProcessEnd.arrange();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
      if (args[0].equals("exit")) {
        System.exit(7);
      }
      if (args[0].equals("fill")) {
        NowReading.during("segments-0, offset 17", Ending::fill);
      }
      if (args[0].equals("parent")) {
        System.out.println(ChildProcesses.adopt(start("wait")).pid());
      }
      System.out.println("begun");
      Thread.sleep(Long.MAX_VALUE);
    }

    private static List<byte[]> fill() {
      List<byte[]> held = new ArrayList<>();
      while (held.size() < 1_000) {
        held.add(new byte[1 << 20]);
      }
      return held;
    }
  }

  private static Process start(String how) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx32m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            Ending.class.getName(),
            how)
        .redirectErrorStream(true)
        .start();
  }

  /** Exit code, after what was printed from here on. */
  private static String end(Process process) throws InterruptedException {
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return lines + " " + process.exitValue();
  }

  @Test
  void atOnceNothingIsRun() throws Exception {
    assertThat(end(start("now"))).isEqualTo("[] 143");
  }

  @Test
  void anExitRunsHooksAlone() throws Exception {
    assertThat(end(start("exit"))).isEqualTo("[hook] 7");
  }

  @Test
  void theEndOfHeapMemoryIsNoFencingAndNamesWhatWasRead() throws Exception {
    assertThat(end(start("fill")))
        .contains("OutOfMemoryError: Java heap space")
        .contains("sapo: heap memory has ended while reading segments-0, offset 17 (")
        .endsWith(": Cannot allocate memory] 4");
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
  void signalsRunHooksAlone(String signal, int code) throws Exception {
    assumeFalse(Signals.ignored(code), "SIG" + signal + " is ignored here");
    Process process = start("wait");
    assertThat(process.inputReader().readLine()).isEqualTo("begun");
    Signals.send(process, signal);
    assertThat(end(process)).isEqualTo("[hook] " + code);
  }

  @Test
  void childrenEndWithTheirParent() throws Exception {
    Process parent = start("parent");
    ProcessHandle child =
        ProcessHandle.of(Long.parseLong(parent.inputReader().readLine())).orElseThrow();
    assertThat(parent.inputReader().readLine()).isEqualTo("begun");
    Signals.send(parent, "TERM");
    assertThat(end(parent)).endsWith(" 143");
    assertThat(child.onExit()).succeedsWithin(60, TimeUnit.SECONDS);
  }
}
