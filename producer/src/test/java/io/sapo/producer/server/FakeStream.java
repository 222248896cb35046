package io.sapo.producer.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A response of a {@link FakeServer} as events, each sent as soon as its token is sampled. */
final class FakeStream {
  private static final String REASON = "finish_reason";

  private final FakeServer server;
  private final OutputStream to;
  private int events;

  private FakeStream(FakeServer server, HttpExchange exchange) throws IOException {
    this.server = server;
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    to = exchange.getResponseBody();
  }

  /** Each event has one token; the last has the versions of all and is followed by the usage. */
  static void vllm(
      FakeServer server, HttpExchange exchange, FakeResponse response, boolean tokensOnly)
      throws IOException {
    FakeStream stream = new FakeStream(server, exchange);
    response.generate(
        sofar -> {
          ObjectNode choice = last(sofar).toVllm(0, tokensOnly);
          if (tokensOnly) {
            choice.set("weight_versions", sofar.toVllm(0, true).get("weight_versions"));
          }
          if (!response.over()) {
            choice.putNull(REASON).putNull("stop_reason");
            choice.replace("weight_versions", ServerClient.JSON.nullNode());
          }
          ObjectNode event = ServerClient.JSON.createObjectNode().put("request_id", "r");
          event.putArray("choices").add(server.spoil.apply(choice));
          stream.send(event.toString());
        });
    stream.send("{\"request_id\":\"r\",\"choices\":[],\"usage\":{\"total_tokens\":7}}");
    stream.send("[DONE]");
    stream.to.close();
  }

  /** Each event has all tokens so far; the last says which weights sampled which of them. */
  static void sglang(FakeServer server, HttpExchange exchange, FakeResponse response)
      throws IOException {
    FakeStream stream = new FakeStream(server, exchange);
    response.generate(
        sofar -> {
          ObjectNode event = sofar.toSglang(response.over() && server.saysVersions());
          ObjectNode meta = (ObjectNode) event.get("meta_info");
          meta.put("completion_tokens", sofar.tokens().size());
          if (!response.over()) {
            meta.putNull(REASON);
          }
          stream.send(event.toString());
        });
    stream.send("[DONE]");
    stream.to.close();
  }

  private static FakeAnswer last(FakeAnswer sofar) {
    int place = sofar.tokens().size() - 1;
    return new FakeAnswer(
        List.of(sofar.tokens().get(place)),
        List.of(sofar.distributions().get(place)),
        List.of(sofar.versions().get(place)),
        sofar.stoppedBy(),
        sofar.candidates());
  }

  private void send(String data) throws IOException {
    to.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    to.flush();
    if (server.hangsUpAfter.test(++events)) {
      throw new IOException("hangs up");
    }
  }
}
