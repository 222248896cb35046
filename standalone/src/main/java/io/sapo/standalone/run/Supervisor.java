package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownServerException;

/**
 * Waits for one thing while watching that no role fails and nobody wants to stop. Roles tell of
 * their failure by futures; the first one counts. A role that the broker has answered with an error
 * of its own may fail before the broker says why: the broker's reason is waited for a moment.
 */
final class Supervisor {
  private static final long REFRESH_MS = 500;
  private static final long PATIENCE_MS = 3_000;

  /** How a wait ended. */
  enum End {
    REACHED,
    STOPPED
  }

  private final CompletableFuture<Void> alarm = new CompletableFuture<>();
  private final CompletableFuture<Void> stop = new CompletableFuture<>();
  private final CompletableFuture<Throwable> brokerFailure = new CompletableFuture<>();
  private final long patienceMs;
  private volatile boolean ownBroker;

  Supervisor() {
    this(PATIENCE_MS);
  }

  Supervisor(long patienceMs) {
    this.patienceMs = patienceMs;
  }

  /** The embedded broker, before any role; the stage is as in {@link #watch}. */
  void watchBroker(CompletionStage<? extends Throwable> failure) {
    ownBroker = true;
    failure.thenAccept(
        cause -> {
          brokerFailure.complete(cause);
          alarm.completeExceptionally(failure("broker", cause));
        });
  }

  /** The stage completes, with the cause as its value, when the role has failed. */
  void watch(String role, CompletionStage<? extends Throwable> failure) {
    failure.thenAccept(cause -> fail(role, cause));
  }

  /** The stage completes exceptionally when the role has failed. */
  void watchResult(String role, CompletionStage<?> result) {
    result.whenComplete(
        (value, cause) -> {
          if (cause != null) {
            fail(role, cause);
          }
        });
  }

  /** Fails with what made the first role fail; never succeeds. */
  CompletionStage<Void> failure() {
    return alarm.minimalCompletionStage();
  }

  /** Asks waits to end; from any thread. */
  void stop() {
    stop.complete(null);
  }

  boolean stopping() {
    return stop.isDone();
  }

  private void fail(String role, Throwable cause) {
    Throwable inner = cause instanceof CompletionException ? cause.getCause() : cause;
    if (ownBroker && byBroker(inner)) {
      brokerFailure
          .copy()
          .completeOnTimeout(null, patienceMs, TimeUnit.MILLISECONDS)
          .thenAccept(
              reason ->
                  alarm.completeExceptionally(
                      reason == null ? failure(role, inner) : failure("broker", reason)));
    } else {
      alarm.completeExceptionally(failure(role, inner));
    }
  }

  private static boolean byBroker(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof UnknownServerException || at instanceof RetriableException) {
        return true;
      }
    }
    return false;
  }

  private static CommandFailure failure(String role, Throwable cause) {
    return CommandFailure.failed("the " + role + " failed: " + text(cause), cause);
  }

  private static String text(Throwable cause) {
    return Optional.ofNullable(cause.getMessage()).orElse(cause.toString());
  }

  /**
   * @param refresh called every half second while waiting
   * @throws CommandFailure with the cause, when a role fails first
   */
  End await(CompletableFuture<?> goal, Runnable refresh) throws InterruptedException {
    CompletableFuture<Object> any = CompletableFuture.anyOf(alarm, stop, goal);
    while (true) {
      try {
        any.get(REFRESH_MS, TimeUnit.MILLISECONDS);
        break;
      } catch (TimeoutException e) {
        refresh.run();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof CommandFailure failure
            ? failure
            : CommandFailure.failed(text(e.getCause()), e.getCause());
      }
    }
    refresh.run();
    return goal.isDone() ? End.REACHED : End.STOPPED;
  }
}
