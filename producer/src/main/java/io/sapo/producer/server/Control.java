package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.producer.server.Answer.Ending;
import io.sapo.producer.server.ServerClient.Reply;
import java.time.Duration;

/**
 * Control requests that the kinds of servers have in common: models, health, loading and unloading.
 */
final class Control {
  static final int MOST_BYTES = 1 << 20;

  /** What weights are called while they change; tokens of that name are refused. */
  static final String CHANGING = "sapo-changing";

  /** Of requests without work behind them, on a server that may be busy. */
  private static final Duration QUICK = Duration.ofSeconds(30);

  /** Weights are read from a disk that may be far away. */
  private static final Duration LOADING = Duration.ofMinutes(10);

  private Control() {}

  static Reply get(ServerClient server, String path) {
    return refusingStrangers(server.call(path, null, MOST_BYTES, QUICK));
  }

  /** Posts, and takes any answer. */
  static Reply ask(ServerClient server, String path, JsonNode body) {
    return refusingStrangers(server.call(path, body, MOST_BYTES, QUICK));
  }

  /** As {@link #ask}, of what takes a while. */
  static Reply load(ServerClient server, String path, JsonNode body) {
    return refusingStrangers(server.call(path, body, MOST_BYTES, LOADING));
  }

  /**
   * @throws ServerException when the server does not do it
   */
  static void post(ServerClient server, String path, JsonNode body) {
    Reply reply = ask(server, path, body);
    if (!reply.ok()) {
      throw new ServerException("%s answers %d: %s".formatted(path, reply.status(), reply.text()));
    }
  }

  /**
   * As {@link #post} without anything, of a server that was told to pause: waits for the answer
   * even when the thread has been interrupted, as it stays paused otherwise.
   */
  static void goOn(ServerClient server, String path) {
    boolean interrupted = Thread.interrupted();
    try {
      post(server, path, nothing());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static JsonNode nothing() {
    return ServerClient.JSON.createObjectNode();
  }

  private static Reply refusingStrangers(Reply reply) {
    if (reply.status() == 401) {
      throw new UnfitServerException("it wants another token than producer.server-token");
    }
    return reply;
  }

  /** Whether there is something to post to at this path: an empty request is then a bad one. */
  static boolean has(ServerClient server, String path) {
    int status = ask(server, path, nothing()).status();
    return status != 403 && status != 404 && status != 405;
  }

  /**
   * The model that a server was started with, of those it lists.
   *
   * @throws UnfitServerException when it lists none
   */
  static JsonNode servedModel(ServerClient server) {
    Reply reply = get(server, "/v1/models");
    if (reply.status() >= 500) {
      throw new ServerException("/v1/models answers " + reply.status() + ": " + reply.text());
    }
    if (reply.ok()) {
      for (JsonNode model : listed(reply)) {
        if (model.path("parent").isNull() || model.path("parent").isMissingNode()) {
          return model;
        }
      }
    }
    throw new UnfitServerException(listsNone(reply));
  }

  private static JsonNode listed(Reply reply) {
    try {
      return reply.json().path("data");
    } catch (RefusedAnswerException e) {
      throw new UnfitServerException(listsNone(reply), e);
    }
  }

  private static String listsNone(Reply reply) {
    String text = reply.text();
    return "it lists no model at /v1/models (it answers %d: %s); is it an inference server, or is there a proxy in between?"
        .formatted(reply.status(), text.isEmpty() ? "nothing" : text);
  }

  /** Takes any answer: weights that are gone already need no unloading. */
  static void unloadAdapter(ServerClient server, String path, Publication weights) {
    Reply unused =
        ask(server, path, ServerClient.JSON.createObjectNode().put("lora_name", weights.name()));
  }

  static UnfitServerException notLoaded(Publication weights, Reply reply, String question) {
    return new UnfitServerException(
        "it does not load the %s in %s: %s; %s"
            .formatted(
                weights.adapter() ? "adapter" : "weights",
                weights.folder(),
                reply.text(),
                question));
  }

  static Ending ending(String name) {
    return switch (name) {
      case "stop" -> Ending.STOP;
      case "length" -> Ending.LENGTH;
      case "abort" -> Ending.ABORT;
      default -> throw new RefusedAnswerException("it ended for an unknown reason, '" + name + "'");
    };
  }
}
