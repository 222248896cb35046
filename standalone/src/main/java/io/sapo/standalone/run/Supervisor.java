package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for one thing while watching that no role fails and nobody wants to stop. Roles tell of
 * their failure by futures; the first one counts.
 */
final class Supervisor {
  private static final long REFRESH_MS = 500;

  /** How a wait ended. */
  enum End {
    REACHED,
    STOPPED
  }

  private final CompletableFuture<Void> alarm = new CompletableFuture<>();
  private final CompletableFuture<Void> stop = new CompletableFuture<>();

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
    alarm.completeExceptionally(
        CommandFailure.failed("the " + role + " failed: " + text(inner), inner));
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
