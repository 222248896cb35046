package io.sapo.standalone.gateway;

import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.handler.HttpException;
import java.util.concurrent.CompletionException;

/**
 * What a caller is told where there is no answer, as OpenAI's clients expect it.
 *
 * @param status of HTTP
 * @param message a sentence
 * @param field of the request that is at fault; null where it is none alone
 * @param code for programs, in OpenAI's words; null where they have none
 */
record ChatError(int status, String message, String field, String code) {
  /** Nobody reads the answer; as web servers log it. */
  static final int CALLER_GONE = 499;

  /**
   * @param problem null where only a code is known
   * @param code of HTTP, 0 where it is not known
   * @param mostBodyBytes allowed of a request
   */
  static ChatError of(Throwable problem, int code, int mostBodyBytes) {
    Throwable cause = cause(problem);
    int status = status(cause, code);
    String field = cause instanceof GatewayException known ? known.field().orElse(null) : null;
    return new ChatError(
        status, sentence(cause, status, mostBodyBytes), field, code(cause, status));
  }

  private static String code(Throwable problem, int status) {
    if (problem instanceof GatewayException known && status == 400) {
      return known.kind() == Kind.TOO_LONG
          ? "context_length_exceeded"
          : known.kind() == Kind.UNSUPPORTED ? "unsupported_parameter" : null;
    }
    return status == 401 ? "invalid_api_key" : null;
  }

  static Throwable cause(Throwable problem) {
    Throwable cause = problem;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String sentence(Throwable problem, int status, int mostBodyBytes) {
    if (problem instanceof GatewayException) {
      return problem.getMessage();
    }
    if (problem instanceof HttpException http && http.getPayload() != null) {
      return http.getPayload();
    }
    return switch (status) {
      case 404, 405 -> "no such request";
      case 413 -> "the body has more than %d bytes".formatted(mostBodyBytes);
      case 500 -> "it failed; the gateway's log says why";
      default -> "the request is malformed";
    };
  }

  private static int status(Throwable problem, int code) {
    if (problem instanceof HttpClosedException) {
      return CALLER_GONE;
    }
    if (problem instanceof GatewayException known) {
      return switch (known.kind()) {
        case BAD_REQUEST, UNSUPPORTED, TOO_LONG -> 400;
        case NOT_FOUND -> 404;
        case BUSY -> 503;
        case FAILED -> 502;
      };
    }
    if (problem instanceof HttpException http) {
      return http.getStatusCode();
    }
    return problem == null && code > 0 ? code : 500;
  }

  JsonObject json() {
    JsonObject error =
        new JsonObject()
            .put("message", message)
            .put("type", status < 500 ? "invalid_request_error" : "server_error")
            .put("param", field)
            .put("code", code);
    return new JsonObject().put("error", error);
  }
}
