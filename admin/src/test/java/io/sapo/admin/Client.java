package io.sapo.admin;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Asks a server as any client would. */
final class Client {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String address;

  Client(AdminServer server) {
    this(server.address().replace("0.0.0.0", "127.0.0.1"));
  }

  Client(String address) {
    this.address = address;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path)).timeout(PATIENCE);
  }

  HttpResponse<String> send(HttpRequest request) {
    return send(request, HttpResponse.BodyHandlers.ofString());
  }

  <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
    try {
      return http.send(request, body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> get(String path) {
    return send(request(path).build());
  }

  JsonObject json(String path) {
    HttpResponse<String> response = get(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
    }
    return new JsonObject(response.body());
  }

  HttpResponse<String> post(String path, String token, String body) {
    HttpRequest.Builder request =
        request(path)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return send(request.build());
  }

  /** Asks until the answer is as wanted; the server learns of records in its own time. */
  JsonObject await(String path, Predicate<JsonObject> wanted) {
    Instant end = Instant.now().plus(PATIENCE);
    JsonObject last = null;
    while (Instant.now().isBefore(end)) {
      HttpResponse<String> response = get(path);
      last = new JsonObject(response.body());
      if (wanted.test(last)) {
        return last;
      }
      LockSupport.parkNanos(50_000_000);
    }
    throw new AssertionError(path + " did not become as wanted; the last answer was " + last);
  }
}
