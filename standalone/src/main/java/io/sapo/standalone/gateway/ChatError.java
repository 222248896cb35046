package io.sapo.standalone.gateway;

import io.sapo.producer.gateway.GatewayException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.handler.HttpException;
import java.util.concurrent.CompletionException;

/**
 * What a caller is told where there is no answer.
 *
 * @param status of HTTP
 * @param message a sentence
 */
record ChatError(int status, String message) {
  /**
   * @param problem null where only a code is known
   * @param code of HTTP, 0 where it is not known
   * @param mostBodyBytes allowed of a request
   */
  static ChatError of(Throwable problem, int code, int mostBodyBytes) {
    Throwable cause = cause(problem);
    int status = status(cause, code);
    return new ChatError(status, sentence(cause, status, mostBodyBytes));
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
    if (problem instanceof GatewayException known) {
      return switch (known.kind()) {
        case BAD_REQUEST -> 400;
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
            .put("param", null)
            .put("code", null);
    return new JsonObject().put("error", error);
  }
}
