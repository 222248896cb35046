package io.sapo.producer.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.http.BodyTooLongException;
import io.sapo.http.BoundedBody;
import io.sapo.http.EventStreamBody;
import io.sapo.producer.engine.ServerToken;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Requests to one server, each with a deadline from first to last byte and an answer of bounded
 * size. Thread-safe.
 *
 * <p>Over the JDK's HTTP client: it comes with the platform, and what is asked of it here, some
 * hundred requests at a time with short bodies, is what it is for.
 */
final class ServerClient {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
  private static final int SHOWN_CHARS = 300;

  private final HttpClient http;
  private final URI server;
  private final ServerToken token;

  /** Whether it has answered anything yet. */
  private volatile boolean known;

  /**
   * @param status as HTTP has it
   * @param body as it came
   */
  record Reply(int status, byte[] body) {
    boolean ok() {
      return status == 200;
    }

    /**
     * @throws RefusedAnswerException when it is no JSON
     */
    JsonNode json() {
      try {
        JsonNode node = JSON.readTree(body);
        if (node == null || node.isMissingNode()) {
          throw new RefusedAnswerException("the answer is empty");
        }
        return node;
      } catch (JsonProcessingException e) {
        String text = text();
        throw new RefusedAnswerException(
            text.startsWith("<")
                ? "the answer is a page, no JSON: %s; is there a proxy in between?".formatted(text)
                : "the answer is no JSON: %s in %s".formatted(e.getOriginalMessage(), text),
            e);
      } catch (IOException e) {
        throw new RefusedAnswerException("the answer cannot be read: " + e.getMessage(), e);
      }
    }

    /** The beginning, for people: the server's own error message where it has one. */
    String text() {
      String text = new String(body, StandardCharsets.UTF_8).strip();
      try {
        JsonNode message = JSON.readTree(text).path("error").path("message");
        if (message.isTextual()) {
          text = message.asText();
        }
      } catch (JsonProcessingException e) {
        // What is no JSON is shown as it is.
      }
      String line = text.replaceAll("\\p{Cntrl}+", " ");
      return line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "…";
    }
  }

  ServerClient(HttpClient http, URI server, ServerToken token) {
    this.http = http;
    this.server = server;
    this.token = token;
  }

  /**
   * A client for all servers of a run.
   *
   * @param readers on which answers are read
   */
  static HttpClient http(Executor readers) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT_WITHIN)
        .followRedirects(HttpClient.Redirect.NEVER)
        .executor(readers)
        .build();
  }

  /** Where the server is, for people. */
  URI address() {
    return server;
  }

  /**
   * @param body JSON to post; null to get
   * @param mostBytes of the answer
   * @return fails with {@link ServerException} where there is no whole answer in time, also when
   *     asked once more after the server has hung up, with {@link RefusedAnswerException} where
   *     there is too much of it
   */
  CompletableFuture<Reply> send(String path, JsonNode body, int mostBytes, Duration deadline) {
    return send(
        path,
        body,
        deadline,
        () ->
            new Reception(
                BoundedBody.upTo(mostBytes),
                response -> new Reply(response.statusCode(), response.body())));
  }

  /**
   * As {@link #send}, of an answer that is read as it comes.
   *
   * @param streams one for each time that it is asked
   */
  CompletableFuture<Reply> stream(
      String path,
      JsonNode body,
      EventStreamBody.Limits limits,
      Duration deadline,
      Supplier<AnswerStream> streams) {
    return send(
        path,
        body,
        deadline,
        () -> {
          AnswerStream stream = streams.get();
          return new Reception(
              EventStreamBody.upTo(limits, stream::take),
              response ->
                  stream.begun()
                      ? stream.reply()
                      : new Reply(response.statusCode(), response.body()));
        });
  }

  /** How an answer is read, and what is made of it. */
  private record Reception(
      BodyHandler<byte[]> handler, Function<HttpResponse<byte[]>, Reply> reply) {}

  private CompletableFuture<Reply> send(
      String path, JsonNode body, Duration deadline, Supplier<Reception> receptions) {
    AtomicReference<CompletableFuture<HttpResponse<byte[]>>> sent =
        new AtomicReference<>(new CompletableFuture<>());
    Function<HttpRequest, CompletableFuture<Reply>> exchange =
        request -> {
          Reception reception = receptions.get();
          sent.set(http.sendAsync(request, reception.handler()));
          return sent.get().thenApply(reception.reply());
        };
    // A server that the request has ended refuses the second connection: the first decides.
    AtomicBoolean lost = new AtomicBoolean();
    CompletableFuture<Reply> reply =
        secret()
            .thenApply(secret -> request(path, body, deadline, secret))
            .thenCompose(
                request ->
                    exchange
                        .apply(request)
                        .exceptionallyCompose(
                            problem -> {
                              lost.set(hungUp(problem));
                              return lost.get()
                                  ? exchange.apply(request)
                                  : CompletableFuture.failedFuture(problem);
                            }))
            .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
    return reply.handle(
        (answer, problem) -> {
          if (problem == null) {
            known = true;
            return answer;
          }
          boolean unused = sent.get().cancel(true);
          throw translated(path, problem, deadline, lost.get());
        });
  }

  /** The token; a file is read on a thread of the client's: callers hold locks. */
  private CompletableFuture<Optional<String>> secret() {
    return token.file().isEmpty()
        ? CompletableFuture.completedFuture(token.text())
        : CompletableFuture.supplyAsync(
            this::readSecret, http.executor().orElse(ForkJoinPool.commonPool()));
  }

  private Optional<String> readSecret() {
    try {
      return token.read();
    } catch (IOException e) {
      throw new ServerException(server + ": " + e.getMessage(), e);
    }
  }

  private HttpRequest request(
      String path, JsonNode body, Duration deadline, Optional<String> secret) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve(path))
            .timeout(deadline)
            .header("Content-Type", "application/json");
    secret.ifPresent(word -> request.header("Authorization", "Bearer " + word));
    return (body == null ? request.GET() : request.POST(BodyPublishers.ofString(body.toString())))
        .build();
  }

  /**
   * Whether a connection that was there has gone. A server closes those that are idle (vLLM's after
   * five seconds) without looking whether a request is on its way to it; all that is asked for here
   * may be asked for twice.
   */
  private static boolean hungUp(Throwable problem) {
    Throwable cause = cause(problem);
    return cause instanceof IOException
        && !(cause instanceof HttpTimeoutException)
        && !(cause instanceof ConnectException)
        && !(cause instanceof BodyTooLongException);
  }

  private static Throwable cause(Throwable problem) {
    Throwable cause = problem;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** As {@link #send}, waited for. */
  Reply call(String path, JsonNode body, int mostBytes, Duration deadline) {
    CompletableFuture<Reply> reply = send(path, body, mostBytes, deadline);
    try {
      return reply.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted", e);
    } catch (ExecutionException e) {
      throw (RuntimeException) e.getCause();
    }
  }

  private RuntimeException translated(
      String path, Throwable problem, Duration deadline, boolean lost) {
    Throwable cause = cause(problem);
    if (cause instanceof RefusedAnswerException refused) {
      return refused;
    }
    if (cause instanceof ServerException unsent) {
      return unsent;
    }
    if (cause instanceof BodyTooLongException) {
      return new RefusedAnswerException(cause.getMessage(), cause);
    }
    if (cause instanceof RuntimeException) {
      return AnswerReader.unreadable(cause);
    }
    if (cause instanceof TimeoutException
        || cause instanceof HttpTimeoutException
            && !(cause instanceof HttpConnectTimeoutException)) {
      return new DeadlineException(
          "%s%s: no whole answer within %s s".formatted(server, path, deadline.toSeconds()), cause);
    }
    String why = "%s: %s".formatted(server, why(cause));
    return lost ? new LostConnectionException(why, cause) : new ServerException(why, cause);
  }

  /** Where the client says nothing, or nothing that tells what to do. */
  private String why(Throwable cause) {
    if (cause instanceof SSLException) {
      return String.valueOf(cause.getMessage()).contains("plaintext")
          ? "it speaks no TLS; is its address one of http?"
          : "no TLS with it: %s; its certificate must be one that this Java trusts, for that name"
              .formatted(cause.getMessage());
    }
    if (cause.getMessage() != null) {
      return cause.getMessage().contains("received no bytes") ? noAnswer() : cause.getMessage();
    }
    return cause instanceof ConnectException
        ? "nothing listens there (connection refused); is the server running?"
        : cause.getClass().getSimpleName();
  }

  private String noAnswer() {
    return known
        ? "it has closed the connection without an answer; has it ended?"
        : "it closes the connection without an answer; is its address one of https?";
  }
}
