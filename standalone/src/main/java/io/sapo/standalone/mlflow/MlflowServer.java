package io.sapo.standalone.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.command.CommandFailure;
import io.sapo.http.BoundedBody;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Calls of MLflow's REST API, version 2.0. MLflow's own Java client is a jar of 8.6 MB that bundles
 * an HTTP client, Protocol Buffers and Guava; six calls of JSON need none of them.
 */
public final class MlflowServer {
  static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final String ABSENT = "RESOURCE_DOES_NOT_EXIST";
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
  private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
  private static final long MOST_BYTES = 16 << 20;
  private static final int MOST_SAID = 500;

  private final URI tracking;
  private final Optional<String> authorization;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT_WITHIN)
          .build();

  /**
   * @param tracking address of the server, {@code http://host:5000}
   * @param authorization value of the header; empty for none
   */
  MlflowServer(URI tracking, Optional<String> authorization) {
    this.tracking = tracking;
    this.authorization = authorization;
  }

  /**
   * @param address of the server; with {@code USER:PASSWORD@} before the host these are the
   *     credentials, as with MLflow's own clients
   * @param environment with the credentials that MLflow's own clients look for: {@code
   *     MLFLOW_TRACKING_TOKEN}, or {@code MLFLOW_TRACKING_USERNAME} and {@code
   *     MLFLOW_TRACKING_PASSWORD}
   * @throws CommandFailure where the address is no server's
   */
  public static MlflowServer at(String address, Map<String, String> environment) {
    URI uri;
    try {
      uri = new URI(address.strip().replaceAll("/+$", ""));
    } catch (URISyntaxException e) {
      // Its message has the whole address in it.
      throw CommandFailure.usage(shown(address) + " is no address: " + e.getReason());
    }
    if (uri.getHost() == null
        || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
      throw CommandFailure.usage(
          "'%s' is not the address of an MLflow server: name http://HOST:PORT (files and databases are written by MLflow's server alone)"
              .formatted(shown(address)));
    }
    String credentials = uri.getRawUserInfo();
    return credentials == null
        ? new MlflowServer(uri, authorization(environment))
        : new MlflowServer(
            URI.create(uri.toString().replaceFirst("//[^/]*@", "//")),
            Optional.of(basic(decoded(credentials))));
  }

  /** Without what may be credentials. */
  private static String shown(String address) {
    int at = address.lastIndexOf('@');
    return at < 0 ? address : "…" + address.substring(at);
  }

  /** A plus sign is itself before a host. */
  private static String decoded(String credentials) {
    return URLDecoder.decode(credentials.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Where the server is, without credentials. */
  public URI address() {
    return tracking;
  }

  private static Optional<String> authorization(Map<String, String> environment) {
    String token = environment.get("MLFLOW_TRACKING_TOKEN");
    if (token != null && !token.isBlank()) {
      return Optional.of("Bearer " + token.strip());
    }
    String user = environment.get("MLFLOW_TRACKING_USERNAME");
    if (user == null || user.isBlank()) {
      return Optional.empty();
    }
    String both = user + ":" + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
    return Optional.of(basic(both));
  }

  private static String basic(String userAndPassword) {
    byte[] bytes = userAndPassword.getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }

  /** Empty where the server says that there is no such thing. */
  Optional<JsonNode> find(String path, Map<String, String> query) {
    String text =
        query.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request = request(path + "?" + text).GET();
    HttpResponse<byte[]> response = send(request);
    JsonNode body = read(response);
    return response.statusCode() == 404 && body.path("error_code").asText().equals(ABSENT)
        ? Optional.empty()
        : Optional.of(accepted(path, response, body));
  }

  JsonNode post(String path, ObjectNode body) {
    try {
      HttpResponse<byte[]> response =
          send(
              request(path)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
      return accepted(path, response, read(response));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(tracking + "/api/2.0/mlflow/" + path))
            .timeout(ANSWER_WITHIN);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BoundedBody.upTo(MOST_BYTES));
    } catch (IOException e) {
      String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw CommandFailure.failed(
          "the MLflow server at %s does not answer: %s".formatted(tracking, said), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("interrupted", e);
    }
  }

  private static JsonNode read(HttpResponse<byte[]> response) {
    try {
      JsonNode body = JSON.readTree(response.body());
      return body == null ? JSON.missingNode() : body;
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }

  private JsonNode accepted(String path, HttpResponse<byte[]> response, JsonNode body) {
    if (response.statusCode() == 200 && body.isObject()) {
      return body;
    }
    String said =
        body.path("message").isTextual()
            ? body.path("error_code").asText() + ": " + body.path("message").asText()
            : "no answer of MLflow's";
    throw CommandFailure.failed(
        "the MLflow server at %s answers %s with %d, %s"
            .formatted(
                tracking,
                path,
                response.statusCode(),
                said.substring(0, Math.min(said.length(), MOST_SAID))));
  }
}
