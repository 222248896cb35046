package io.sapo.torture;

import io.sapo.command.ProcessEnd;
import io.sapo.learner.fault.FaultHook;
import io.sapo.learner.fault.FaultPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the process, as a kill would, when the learner reaches the point that stands in a file. The
 * file is named by a system property that only torture sets; it may be written at any time.
 */
public final class HaltPoint implements FaultHook {
  static final String PROPERTY = "sapo.torture.halt-file";

  /** What a process killed by SIGKILL says, too. */
  static final int STATUS = 137;

  private final Path file;
  private int passed;

  /** Of this process; does nothing where the property is not set. */
  public HaltPoint() {
    String named = System.getProperty(PROPERTY);
    file = named == null ? null : Path.of(named);
  }

  /**
   * @param delayMicros how long after the point; what follows the point goes on meanwhile
   * @param occurrence 1 for the next time that the point is reached
   */
  static void arm(Path file, FaultPoint point, long delayMicros, int occurrence)
      throws IOException {
    Path written = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), "");
    Files.writeString(written, point + " " + delayMicros + " " + occurrence);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public synchronized void reached(FaultPoint point) {
    if (file == null) {
      return;
    }
    String[] armed;
    try {
      armed = Files.readString(file).split(" ");
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read", e);
    }
    if (!armed[0].equals(point.name()) || ++passed < Integer.parseInt(armed[2])) {
      return;
    }
    long delay = TimeUnit.MICROSECONDS.toNanos(Long.parseLong(armed[1]));
    if (delay == 0) {
      ProcessEnd.now(STATUS);
    }
    Thread killer = new Thread(() -> haltAfter(delay), "sapo-torture-halt");
    killer.setDaemon(true);
    killer.start();
  }

  private static void haltAfter(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    ProcessEnd.now(STATUS);
  }
}
