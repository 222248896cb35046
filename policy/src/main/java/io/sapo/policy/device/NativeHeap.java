package io.sapo.policy.device;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What malloc keeps of memory that was freed. After work that allocates otherwise than what follows
 * it, loading a checkpoint for one, this can be a good part of what a process has resident.
 */
public final class NativeHeap {
  private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);
  private static final String COMMANDS = "com.sun.management:type=DiagnosticCommand";
  private static final String TRIM = "systemTrimNativeHeap";

  private NativeHeap() {}

  /**
   * Gives freed memory back to the system, by the JVM's own {@code System.trim_native_heap}. A JVM
   * without that command, or with another libc than glibc, goes on as it is.
   */
  public static void trim() {
    try {
      Object said =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(new ObjectName(COMMANDS), TRIM, new Object[0], new String[0]);
      LOG.debug("native heap: {}", said);
    } catch (JMException e) {
      LOG.debug("the native heap is not trimmed: {}", e.toString());
    }
  }
}
