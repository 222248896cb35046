package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.config.Limits;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Readers that keep up, that do not, and that never read. */
class EventStreamsTest {
  private final List<String> written = new ArrayList<>();
  private boolean full;
  private boolean reset;

  private EventStreams opened(Duration responseDeadline) {
    Limits limits = Limits.defaults().withResponseDeadline(responseDeadline);
    EventStreams streams = new EventStreams(limits, new ConnectionGuard(limits));
    HttpServerResponse[] response = new HttpServerResponse[1];
    response[0] =
        proxy(
            HttpServerResponse.class,
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "writeQueueFull" -> full;
                  case "write" -> {
                    written.add(arguments[0].toString());
                    yield Future.succeededFuture();
                  }
                  case "reset" -> {
                    reset = true;
                    yield Future.succeededFuture();
                  }
                  case "hashCode" -> 1;
                  case "equals" -> self == arguments[0];
                  default -> response[0];
                });
    HttpServerRequest request = proxy(HttpServerRequest.class, (self, method, arguments) -> null);
    streams.open(
        proxy(
            RoutingContext.class,
            (self, method, arguments) ->
                method.getName().equals("response") ? response[0] : request));
    written.clear();
    return streams;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Test
  void whatHasChangedIsSentAndSilenceIsBrokenByHeartbeats() {
    EventStreams streams = opened(Duration.ofMinutes(1));

    streams.publish(Buffer.buffer("{\"n\":1}"), true);
    for (int i = 0; i < 10; i++) {
      streams.publish(Buffer.buffer("{\"n\":1}"), false);
    }

    assertThat(written).containsExactly("event: status\ndata: {\"n\":1}\n\n", ": still here\n\n");
  }

  @Test
  void aSlowReaderMissesEventsButNotTheNewest() {
    EventStreams streams = opened(Duration.ofMinutes(1));

    full = true;
    for (int i = 0; i < 1_000; i++) {
      streams.publish(Buffer.buffer("{\"n\":" + i + "}"), true);
    }
    assertThat(written).isEmpty();
    full = false;
    streams.publish(Buffer.buffer("{\"n\":1000}"), true);

    assertThat(written).containsExactly("event: status\ndata: {\"n\":1000}\n\n");
    assertThat(reset).isFalse();
  }

  @Test
  void whoNeverReadsIsCutOff() {
    EventStreams streams = opened(Duration.ZERO);

    full = true;
    streams.publish(Buffer.buffer("{}"), true);

    assertThat(reset).isTrue();
    assertThat(streams.open()).isZero();
  }
}
