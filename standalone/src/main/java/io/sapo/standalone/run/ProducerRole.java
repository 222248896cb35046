package io.sapo.standalone.run;

import io.sapo.producer.rollout.RolloutProducer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A producer. */
record ProducerRole(RolloutProducer producer) implements Role {
  @Override
  public void start() {
    producer.start();
  }

  @Override
  public CompletableFuture<Void> ready() {
    return producer.ready();
  }

  @Override
  public CompletableFuture<Void> done() {
    return producer.done();
  }

  @Override
  public Duration sinceProgress() {
    return producer.liveness().sinceBeat();
  }

  @Override
  public String where() {
    return producer.liveness().where();
  }

  @Override
  public void close() {
    producer.close();
  }
}
