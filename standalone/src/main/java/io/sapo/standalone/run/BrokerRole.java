package io.sapo.standalone.run;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.standalone.kafka.KafkaAccess;
import java.util.concurrent.CompletableFuture;

/** The embedded broker, which answers once it is constructed. Owns what it is given. */
final class BrokerRole implements Role {
  private final KafkaAccess kafka;
  private final BrokerAddress announcement;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /**
   * @param announcement withdrawn when the broker ends
   */
  BrokerRole(KafkaAccess kafka, BrokerAddress announcement) {
    this.kafka = kafka;
    this.announcement = announcement;
    kafka
        .embedded()
        .map(EmbeddedBroker::failure)
        .ifPresent(failure -> failure.thenAccept(done::completeExceptionally));
  }

  @Override
  public void start() {}

  @Override
  public CompletableFuture<String> ready() {
    return CompletableFuture.completedFuture(kafka.bootstrapServers());
  }

  @Override
  public CompletableFuture<Void> done() {
    return done;
  }

  @Override
  public void close() {
    announcement.close();
    kafka.close();
    done.complete(null);
  }
}
