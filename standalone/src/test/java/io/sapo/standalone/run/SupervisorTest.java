package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.UnknownServerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SupervisorTest {
  private static final long LONG_MS = TimeUnit.HOURS.toMillis(1);

  private final CompletableFuture<Exception> broker = new CompletableFuture<>();
  private final CompletableFuture<Void> role = new CompletableFuture<>();

  private Supervisor supervisor(long patienceMs) {
    Supervisor supervisor = new Supervisor(patienceMs);
    supervisor.watchBroker(broker);
    supervisor.watchResult("producer", role);
    return supervisor;
  }

  private static void assertEnds(Supervisor supervisor, String message) {
    assertThatThrownBy(() -> supervisor.await(new CompletableFuture<>(), () -> {}))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(message);
  }

  private static Exception answeredWithAnError() {
    return new IllegalStateException("not published", new UnknownServerException("unexpected"));
  }

  @Test
  void theBrokersReasonComesBeforeWhatARoleSeesOfIt() {
    Supervisor supervisor = supervisor(LONG_MS);
    role.completeExceptionally(answeredWithAnError());
    broker.complete(new IllegalStateException("no space is left"));
    assertEnds(supervisor, "the broker failed: no space is left");
  }

  @Test
  void aBrokerThatGoesOnIsNotWaitedForLong() {
    Supervisor supervisor = supervisor(1);
    role.completeExceptionally(answeredWithAnError());
    assertEnds(supervisor, "the producer failed: not published");
  }

  @Test
  void whatIsNotTheBrokersCountsAtOnce() {
    Supervisor supervisor = supervisor(LONG_MS);
    role.completeExceptionally(new IllegalStateException("of its own"));
    broker.complete(new IllegalStateException("no space is left"));
    assertEnds(supervisor, "the producer failed: of its own");
  }
}
