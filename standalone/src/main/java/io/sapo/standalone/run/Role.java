package io.sapo.standalone.run;

import java.util.concurrent.CompletableFuture;

/** One part of the system, in a process with the others or in one of its own. */
interface Role extends AutoCloseable {
  /** Once; returns at once. */
  void start();

  /** Completes when it does its work; never fails. */
  CompletableFuture<?> ready();

  /** Completes when it has ended: normally, or with what made it fail. */
  CompletableFuture<?> done();

  /** Ends it within seconds; also when it was never started or has ended. */
  @Override
  void close();
}
