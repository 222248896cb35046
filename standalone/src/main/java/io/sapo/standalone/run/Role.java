package io.sapo.standalone.run;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One part of the system, in a process with the others or in one of its own. */
interface Role extends AutoCloseable {
  /** Once; returns at once. */
  void start();

  /** Completes when it does its work; never fails. */
  CompletableFuture<?> ready();

  /** Completes when it has ended: normally, or with what made it fail. */
  CompletableFuture<?> done();

  /**
   * For how long it has made no progress; zero for one that cannot be stuck, or has nothing to do.
   * Waiting for brokers, records or other roles is getting on.
   */
  default Duration sinceProgress() {
    return Duration.ZERO;
  }

  /** Where it is, for people to look into when it is stuck. */
  default String where() {
    return "";
  }

  /** Ends it within seconds; also when it was never started or has ended. */
  @Override
  void close();
}
