package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpClosedException;
import org.junit.jupiter.api.Test;

class RepliesTest {
  /** Callers hang up as they like: only what the endpoint got wrong is an error of its log. */
  @Test
  void aCallerThatHangsUpIsNoFailureOfTheEndpoint() {
    Throwable gone = new HttpClosedException("Connection was closed");
    assertThat(Replies.status(500, gone)).isEqualTo(Replies.CALLER_GONE);
    assertThat(Replies.status(500, new IllegalStateException("a fault"))).isEqualTo(500);
  }
}
