package io.sapo.standalone.run;

import io.sapo.evaluator.EvaluationService;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The evaluator of a run that ends with a known version. */
final class EvaluatorRole implements Role {
  private final EvaluationService service;
  private final CompletableFuture<?> done;

  EvaluatorRole(EvaluationService service, long lastVersion) {
    this.service = service;
    this.done = service.until(lastVersion);
  }

  @Override
  public void start() {
    service.start();
  }

  @Override
  public CompletableFuture<Long> ready() {
    return service.firstTaken();
  }

  @Override
  public CompletableFuture<?> done() {
    return done;
  }

  @Override
  public Duration sinceProgress() {
    return service.liveness().sinceBeat();
  }

  @Override
  public String where() {
    return service.liveness().where();
  }

  @Override
  public void close() {
    service.close();
  }
}
