package io.sapo.standalone.cli;

import io.sapo.command.ProcessEnd;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What Ctrl-C, SIGTERM and the SIGHUP of a closed terminal do while a run is going: the first asks
 * for an orderly end, for which the process stays as long as the update under way takes; a second
 * Ctrl-C, or the end of the others' grace, ends it at once. Shutdown hooks cannot do this: once
 * they run, the process hears of no more signals.
 */
final class StopSignals implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StopSignals.class);
  private static final int HUNG_UP = 128 + 1;
  private static final int INTERRUPTED = 128 + 2;
  private static final int TERMINATED = 128 + 15;

  private record Handled(Signal signal, SignalHandler before) {}

  private final Runnable stop;
  private final String orderly;
  private final PrintWriter out;
  private final Duration grace;
  private final List<Handled> handled = new ArrayList<>();
  private final Queue<Thread> timers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger interrupts = new AtomicInteger();

  /**
   * @param stop asks for the end; returns at once
   * @param orderly what happens until then, such as {@code ending after the update under way}
   * @param out where it is said
   * @param grace how long SIGTERM and SIGHUP wait
   */
  StopSignals(Runnable stop, String orderly, PrintWriter out, Duration grace) {
    this.stop = stop;
    this.orderly = orderly;
    this.out = out;
    this.grace = grace;
    handle("INT", this::interrupted);
    handle("TERM", () -> terminated(TERMINATED));
    handle("HUP", () -> terminated(HUNG_UP));
  }

  private void handle(String name, Runnable action) {
    try {
      Signal signal = new Signal(name);
      SignalHandler before = Signal.handle(signal, received -> action.run());
      handled.add(new Handled(signal, before));
      if (before == SignalHandler.SIG_IGN) {
        // Whoever started the process wants it to be deaf to this one.
        Signal.handle(signal, before);
      }
    } catch (IllegalArgumentException e) {
      log.warn("SIG{} ends the process as the JVM does, at once: {}", name, e.getMessage());
    }
  }

  private void interrupted() {
    if (interrupts.incrementAndGet() > 1) {
      say("ended at once; what was committed is safe");
      ProcessEnd.now(INTERRUPTED);
    }
    say(orderly + "; Ctrl-C again ends at once");
    stop.run();
  }

  private void terminated(int exitCode) {
    say(orderly + ", within " + grace.toSeconds() + " s");
    stop.run();
    limit(() -> exitCode);
  }

  /**
   * What has failed has the same grace for its end: roles may wait for minutes for brokers that are
   * gone.
   */
  void endAfter(CompletionStage<?> failure) {
    failure.whenComplete(
        (none, wrapped) -> {
          Throwable cause = wrapped instanceof CompletionException ? wrapped.getCause() : wrapped;
          if (cause instanceof Exception failed) {
            limit(
                () -> {
                  say(failed.getMessage());
                  return Failures.exitCode(failed);
                });
          }
        });
  }

  private void limit(IntSupplier lastWord) {
    Thread timer = new Thread(() -> endAfterGrace(lastWord), "stop-grace");
    timer.setDaemon(true);
    timers.add(timer);
    timer.start();
  }

  private void endAfterGrace(IntSupplier lastWord) {
    try {
      Thread.sleep(grace.toMillis());
    } catch (InterruptedException e) {
      return;
    }
    int exitCode = lastWord.getAsInt();
    say(
        "not ended within "
            + grace.toSeconds()
            + " s, so ended at once; what was committed is safe");
    ProcessEnd.now(exitCode);
  }

  private void say(String text) {
    out.println("sapo: " + text);
    out.flush();
  }

  /** Signals do again what they did before. */
  @Override
  public void close() {
    timers.forEach(Thread::interrupt);
    handled.forEach(one -> Signal.handle(one.signal(), one.before()));
  }
}
