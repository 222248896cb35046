package io.sapo.producer.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.producer.server.ServerClient.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Puts the events of a streamed answer together to the answer that comes without streaming, and
 * tells of its tokens meanwhile. For one exchange.
 */
final class AnswerStream {
  private static final String DONE = "[DONE]";
  private static final String ERROR = "error";

  private final Dialect dialect;
  private final int most;
  private final Consumer<int[]> tokens;
  private ObjectNode joined = ServerClient.JSON.createObjectNode();
  private Optional<Reply> error = Optional.empty();
  private int[] told = {};

  /**
   * @param most tokens that were asked for
   * @param tokens gets all so far, unchecked, whenever there are more
   */
  AnswerStream(Dialect dialect, int most, Consumer<int[]> tokens) {
    this.dialect = dialect;
    this.most = most;
    this.tokens = tokens;
  }

  /**
   * @throws RefusedAnswerException when it is no event of an answer
   */
  void take(String event) {
    if (event.equals(DONE)) {
      return;
    }
    if (!(parsed(event) instanceof ObjectNode object)) {
      throw new RefusedAnswerException("an event of the answer is no JSON object");
    }
    if (object.hasNonNull(ERROR)) {
      int code = object.path(ERROR).path("code").asInt();
      int status = code >= 400 && code < 600 ? code : 500;
      error = Optional.of(new Reply(status, event.getBytes(StandardCharsets.UTF_8)));
      return;
    }
    ObjectNode before = joined;
    joined = dialect.joined(before, object);
    tell(joined == before ? told.length : 0);
  }

  /**
   * Reads no more than what is new: an answer has as many events as tokens, or, of a server that
   * means ill, thousands without one.
   *
   * @param known how many of the tokens are those told
   */
  private void tell(int known) {
    JsonNode all = dialect.tokens(joined);
    if (all.size() > most) {
      throw new RefusedAnswerException(
          "it has %d tokens, %d were allowed".formatted(all.size(), most));
    }
    if (!all.isArray() || all.size() <= told.length) {
      return;
    }
    int[] sofar = Arrays.copyOf(told, all.size());
    for (int i = known; i < sofar.length; i++) {
      sofar[i] = Fields.integer(all.get(i), "token");
    }
    told = sofar;
    tokens.accept(sofar);
  }

  private static JsonNode parsed(String event) {
    try {
      return ServerClient.JSON.readTree(event);
    } catch (JsonProcessingException e) {
      throw new RefusedAnswerException(
          "an event of the answer is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Whether there was any event; otherwise the answer did not come as a stream. */
  boolean begun() {
    return error.isPresent() || !joined.isEmpty();
  }

  /** The whole, as it would have come in one piece. */
  Reply reply() {
    return error.orElseGet(
        () -> new Reply(200, joined.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** Appends lists to lists, at any depth; other values take the place of earlier ones. */
  static ObjectNode append(ObjectNode before, ObjectNode event) {
    for (Map.Entry<String, JsonNode> field : event.properties()) {
      JsonNode known = before.path(field.getKey());
      JsonNode value = field.getValue();
      if (known instanceof ObjectNode into && value instanceof ObjectNode from) {
        append(into, from);
      } else if (known instanceof ArrayNode into && value instanceof ArrayNode from) {
        into.addAll(from);
      } else if (!value.isNull() || known.isMissingNode()) {
        before.set(field.getKey(), value);
      }
    }
    return before;
  }
}
