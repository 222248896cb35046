package io.sapo.standalone.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * As much of a tracking server as an export asks for, on one thread, for one run: like MLflow's on
 * files it keeps whatever it is told, twice if it is told twice.
 */
final class FakeMlflow implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 4;

  private final HttpServer server;
  final List<JsonNode> metrics = new ArrayList<>();
  final List<JsonNode> params = new ArrayList<>();
  final List<String> authorizations = new ArrayList<>();
  JsonNode experiment;
  JsonNode run;
  JsonNode update;

  /** Batches of metrics that are still taken before one is refused; below 0: all. */
  int batchesLeft = -1;

  FakeMlflow() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/mlflow-here/api/2.0/mlflow/", this::handle);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/mlflow-here/";
  }

  private record Answer(int status, ObjectNode body) {}

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
      String path = exchange.getRequestURI().getPath().replaceFirst(".*/2\\.0/mlflow/", "");
      byte[] sent = exchange.getRequestBody().readAllBytes();
      Answer answer =
          exchange.getRequestMethod().equals("GET")
              ? get(path, query(exchange.getRequestURI().getRawQuery()))
              : post(path, JSON.readTree(sent));
      byte[] bytes = JSON.writeValueAsBytes(answer.body());
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static Map<String, String> query(String raw) {
    return Arrays.stream(raw.split("&"))
        .map(pair -> pair.split("=", 2))
        .collect(
            Collectors.toMap(
                pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
  }

  private Answer get(String path, Map<String, String> query) {
    if (path.equals("experiments/get-by-name")) {
      return experiment == null
          ? new Answer(404, error("RESOURCE_DOES_NOT_EXIST", query.get("experiment_name")))
          : fine("experiment", JSON.createObjectNode().put("experiment_id", "17"));
    }
    List<JsonNode> history =
        metrics.stream()
            .filter(metric -> metric.path("key").asText().equals(query.get("metric_key")))
            .toList();
    int from = Integer.parseInt(query.getOrDefault("page_token", "0"));
    int to = Math.min(history.size(), from + PAGE);
    ObjectNode body = JSON.createObjectNode();
    body.putArray("metrics").addAll(history.subList(from, to));
    if (to < history.size()) {
      body.put("next_page_token", Integer.toString(to));
    }
    return new Answer(200, body);
  }

  private Answer post(String path, JsonNode body) {
    switch (path) {
      case "experiments/create" -> {
        experiment = body;
        return new Answer(200, JSON.createObjectNode().put("experiment_id", "17"));
      }
      case "runs/search" -> {
        ArrayNode runs = JSON.createArrayNode();
        if (run != null) {
          String tag = run.at("/tags/0/value").asText();
          if (body.path("filter").asText().equals("tags.`sapo.run_id` = '" + tag + "'")) {
            runs.add(info());
          }
        }
        ObjectNode found = JSON.createObjectNode();
        found.set("runs", runs);
        return new Answer(200, found);
      }
      case "runs/create" -> {
        run = body;
        return fine("run", info());
      }
      case "runs/update" -> update = body;
      case "runs/log-batch" -> {
        if (body.has("metrics") && batchesLeft-- == 0) {
          return new Answer(500, error("INTERNAL_ERROR", "the disk is full"));
        }
        body.path("metrics").forEach(metrics::add);
        body.path("params").forEach(params::add);
      }
      default -> {
        return new Answer(404, error("ENDPOINT_NOT_FOUND", path));
      }
    }
    return new Answer(200, JSON.createObjectNode());
  }

  private static ObjectNode info() {
    ObjectNode run = JSON.createObjectNode();
    run.putObject("info").put("run_id", "abc");
    return run;
  }

  private static Answer fine(String field, ObjectNode value) {
    ObjectNode body = JSON.createObjectNode();
    body.set(field, value);
    return new Answer(200, body);
  }

  private static ObjectNode error(String code, String message) {
    return JSON.createObjectNode().put("error_code", code).put("message", message);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
