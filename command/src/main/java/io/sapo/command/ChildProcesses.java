package io.sapo.command;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Processes started by this one that end when it does, whichever way but SIGKILL. Thread-safe. */
public final class ChildProcesses {
  private static final Set<Process> LIVE = ConcurrentHashMap.newKeySet();

  static {
    Thread end = new Thread(() -> LIVE.forEach(Process::destroy), "sapo-end-children");
    Runtime.getRuntime().addShutdownHook(end);
  }

  private ChildProcesses() {}

  /** Asks it to end (SIGTERM) when this process ends. */
  public static Process adopt(Process child) {
    LIVE.add(child);
    child.onExit().thenAccept(LIVE::remove);
    return child;
  }
}
