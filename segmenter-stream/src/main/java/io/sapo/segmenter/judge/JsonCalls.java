package io.sapo.segmenter.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.http.BodyTooLongException;
import io.sapo.http.BoundedBody;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * JSON there and back, with a deadline over the whole exchange and a bound on the answer, whatever
 * the other side sends. Thread-safe.
 */
final class JsonCalls {
  static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  /** Wrong credentials, wrong address, overload, restarts: no matter what was asked. */
  private static final Set<Integer> AWAY =
      Set.of(401, 402, 403, 404, 407, 408, 421, 425, 429, 502, 503, 504);

  private final URI url;
  private final JudgeSettings.Token token;
  private final Duration deadline;
  private final HttpClient client;

  JsonCalls(URI url, JudgeSettings.Token token, Duration deadline) {
    this.url = url;
    this.token = token;
    this.deadline = deadline;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(deadline.compareTo(CONNECT_WITHIN) < 0 ? deadline : CONNECT_WITHIN)
            .build();
  }

  /** Why there is no answer. */
  static final class CallFailedException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Outcome.Failed outcome;

    private CallFailedException(String why, boolean away, Duration notBefore) {
      super(why, null, false, false);
      this.outcome = new Outcome.Failed(why, away, notBefore);
    }

    Outcome.Failed outcome() {
      return outcome;
    }
  }

  /**
   * @param mostBytes of the answer
   * @return the answer of a call that succeeded; otherwise fails with a {@link CallFailedException}
   */
  CompletableFuture<JsonNode> post(ObjectNode body, long mostBytes) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url).timeout(deadline).header("Content-Type", "application/json");
    try {
      token.read().ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
      request.POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    } catch (IOException | IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new CallFailedException("cannot be asked: " + e.getMessage(), true, Duration.ZERO));
    }
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(request.build(), BoundedBody.upTo(mostBytes));
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    exchange
        .copy()
        .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (response, problem) -> {
              try {
                if (problem != null) {
                  exchange.cancel(true);
                  throw failed(problem);
                }
                answer.complete(read(response));
              } catch (CallFailedException e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }

  private CallFailedException failed(Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
      String said = cause.getMessage() == null ? "connection refused" : cause.getMessage();
      return new CallFailedException("cannot be reached: " + said, true, Duration.ZERO);
    }
    if (cause instanceof HttpTimeoutException || cause instanceof TimeoutException) {
      return new CallFailedException(
          "no answer within " + deadline.toMillis() + " ms", false, Duration.ZERO);
    }
    if (cause instanceof BodyTooLongException) {
      return new CallFailedException(cause.getMessage(), false, Duration.ZERO);
    }
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new CallFailedException("connection broken: " + why, false, Duration.ZERO);
  }

  private static JsonNode read(HttpResponse<byte[]> response) throws CallFailedException {
    int status = response.statusCode();
    if (status / 100 != 2) {
      throw new CallFailedException(
          "answered " + status + ": " + start(response.body()),
          AWAY.contains(status),
          retryAfter(response));
    }
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new CallFailedException(
          "answered what is no JSON: " + start(response.body()), false, Duration.ZERO);
    } catch (IOException e) {
      throw new CallFailedException(
          "its answer cannot be read: " + e.getMessage(), false, Duration.ZERO);
    }
  }

  private static Duration retryAfter(HttpResponse<byte[]> response) {
    Optional<String> seconds =
        response.headers().firstValue("Retry-After").filter(s -> s.matches("\\d{1,6}"));
    Duration wanted = Duration.ofSeconds(seconds.map(Long::parseLong).orElse(0L));
    return wanted.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wanted;
  }

  private static String start(byte[] body) {
    String text = new String(body, 0, Math.min(body.length, 400), StandardCharsets.UTF_8);
    return Texts.line(text, 200);
  }
}
