package io.sapo.segmenter.judge;

import io.sapo.schemas.JudgeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests to one judge, with retries, on a thread of its own. Callers bound what they
 * submit. Thread-safe.
 */
public final class JudgeDispatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JudgeDispatcher.class);

  private final String name;
  private final Judge judge;
  private final JudgeQueue queue;
  private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final Thread thread;
  private volatile Report report = new Report(0, 0, false, "");
  private volatile boolean closed;

  /**
   * @param judged verdicts so far
   * @param givenUp responses on which it has failed too often
   * @param away whether it was out of reach when last asked
   * @param trouble what went wrong last; empty when nothing does
   */
  public record Report(long judged, long givenUp, boolean away, String trouble) {}

  public static JudgeDispatcher open(JudgeSettings settings) {
    return new JudgeDispatcher(settings, Judge.of(settings));
  }

  JudgeDispatcher(JudgeSettings settings, Judge judge) {
    this.name = settings.name();
    this.judge = judge;
    this.queue = new JudgeQueue(settings.effort(), judge.batch());
    this.thread = new Thread(this::run, "judge-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * @param done called once on the dispatcher's thread, when there is a verdict or none will come;
   *     not after the dispatcher is closed
   */
  public void submit(JudgeRequest request, Consumer<Outcome> done) {
    inbox.add(() -> queue.add(request, done));
  }

  /** Forgets what waits. */
  void drop(Predicate<JudgeRequest> which) {
    inbox.add(() -> queue.drop(which));
  }

  public Report report() {
    return report;
  }

  /** Completes, with the cause, when its thread ended without being asked to. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  private void run() {
    try {
      while (!closed) {
        Runnable event = inbox.poll(queue.waitNanos(System.nanoTime()), TimeUnit.NANOSECONDS);
        for (; event != null; event = inbox.poll()) {
          event.run();
        }
        askAll();
        tell();
      }
    } catch (InterruptedException e) {
      log.debug("asked to stop");
    } catch (RuntimeException | Error e) {
      if (closed) {
        log.debug("interrupted where it could not stop", e);
        return;
      }
      log.error("asking judge {} has ended", name, e);
      failure.complete(e);
    }
  }

  private void askAll() {
    List<JudgeQueue.Case> batch = queue.next(System.nanoTime());
    while (!batch.isEmpty() && !closed) {
      List<JudgeQueue.Case> asked = batch;
      List<JudgeRequest> requests = new ArrayList<>();
      asked.forEach(one -> requests.add(one.request));
      judge
          .ask(requests)
          .whenComplete((outcomes, bug) -> inbox.add(() -> settle(asked, outcomes, bug)));
      batch = queue.next(System.nanoTime());
    }
  }

  private void settle(List<JudgeQueue.Case> asked, List<Outcome> outcomes, Throwable bug) {
    if (bug != null) {
      throw new IllegalStateException("asking judge " + name, bug);
    }
    queue.settle(asked, outcomes, System.nanoTime());
  }

  /** Once when it goes, once when it is back. */
  private void tell() {
    Report now = new Report(queue.judged(), queue.givenUp(), queue.away(), queue.trouble());
    if (now.away() && !report.away()) {
      log.warn("judge {} is away: {}; its responses wait", name, now.trouble());
    } else if (!now.away() && report.away()) {
      log.info("judge {} is back", name);
    } else if (!now.trouble().isEmpty() && report.trouble().isEmpty()) {
      log.warn("judge {} has failed: {}; it is asked again", name, now.trouble());
    }
    report = now;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
