package io.sapo.standalone.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClosedException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ChatErrorTest {
  /** Callers hang up as they like: only what the gateway got wrong is an error of its log. */
  @Test
  void aCallerThatHangsUpIsNoFailureOfTheGateway() {
    Throwable gone = new HttpClosedException("Connection was closed");
    assertThat(ChatError.of(gone, 500, 1).status()).isEqualTo(ChatError.CALLER_GONE);
    assertThat(ChatError.of(new CompletionException(gone), 0, 1).status())
        .isEqualTo(ChatError.CALLER_GONE);
    assertThat(ChatError.of(new IllegalStateException("a fault"), 500, 1).status()).isEqualTo(500);
  }
}
