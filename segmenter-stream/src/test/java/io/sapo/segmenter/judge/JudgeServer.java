package io.sapo.segmenter.judge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A judge of our own behind real HTTP, which behaves as a test tells it. */
public final class JudgeServer implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  /** What is done with one request; closes the exchange. */
  public interface Behaviour {
    void answer(HttpExchange exchange, JsonNode asked) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<JsonNode> asked = new ConcurrentLinkedQueue<>();
  private volatile Behaviour behaviour;

  private JudgeServer(HttpServer server, Behaviour behaviour) {
    this.server = server;
    this.behaviour = behaviour;
  }

  /**
   * @param port 0 for any
   */
  public static JudgeServer start(int port, Behaviour behaviour) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    JudgeServer server = new JudgeServer(http, behaviour);
    http.setExecutor(server.threads);
    http.createContext("/", server::handle);
    http.start();
    return server;
  }

  private void handle(HttpExchange exchange) throws IOException {
    JsonNode request = JSON.readTree(exchange.getRequestBody().readAllBytes());
    asked.add(request);
    behaviour.answer(exchange, request);
  }

  public void behave(Behaviour now) {
    behaviour = now;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + port() + "/judge");
  }

  /** Bodies of all requests so far. */
  public List<JsonNode> asked() {
    return List.copyOf(asked);
  }

  /** Ids of all responses that were asked about, one for each time. */
  public List<String> askedIds() {
    return asked().stream()
        .flatMap(body -> body.path("requests").findValuesAsText("id").stream())
        .toList();
  }

  public static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Right where the response ends with the reference. */
  public static void judge(HttpExchange exchange, JsonNode asked) throws IOException {
    send(exchange, 200, verdicts(asked).toString());
  }

  static ObjectNode verdicts(JsonNode asked) {
    ObjectNode answer = JSON.createObjectNode().put("version", "v1");
    ArrayNode verdicts = answer.putArray("verdicts");
    for (JsonNode request : asked.path("requests")) {
      boolean right =
          request.path("response").asText().endsWith(request.path("reference").asText());
      verdicts
          .addObject()
          .put("id", request.path("id").asText())
          .put("reward", right ? 1 : 0.25)
          .put("correct", right)
          .put("why", right ? "ends well" : "ends badly");
    }
    return answer;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
