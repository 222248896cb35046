package io.sapo.standalone.gateway;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.gateway.ChatReply;
import io.sapo.producer.gateway.ChatRequest;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chat completions, from JSON and to JSON. */
final class ChatJson {
  private static final int MOST_MESSAGES = 1_000;
  private static final int MOST_ROLE_CHARS = 64;

  /** Request fields that would change the generated text and are not supported. */
  private static final List<String> NOT_DONE =
      List.of("tools", "functions", "stop", "logit_bias", "logprobs", "audio", "modalities");

  private ChatJson() {}

  /**
   * @param defaults sampling where the request does not specify it, and the length limit
   * @throws GatewayException naming what cannot be taken
   */
  static ChatRequest request(JsonObject body, Sampling defaults) {
    for (String key : NOT_DONE) {
      Object value = body.getValue(key);
      boolean nothing =
          value == null
              || Boolean.FALSE.equals(value)
              || value instanceof JsonArray list && list.isEmpty()
              || value instanceof JsonObject map && map.isEmpty();
      require(nothing, "'%s' is not supported here".formatted(key));
    }
    require(number(body, "n", 1) == 1, "'n' must be 1: ask once for each response");
    require(number(body, "presence_penalty", 0) == 0, "'presence_penalty' must be 0");
    require(number(body, "frequency_penalty", 0) == 0, "'frequency_penalty' must be 0");
    return new ChatRequest(messages(body), sampling(body, defaults), seed(body), reference(body));
  }

  /** Whether a streamed answer is to end with a chunk that has the numbers of tokens. */
  static boolean wantsUsage(JsonObject body) {
    return body.getValue("stream_options") instanceof JsonObject options
        && Boolean.TRUE.equals(options.getValue("include_usage"));
  }

  private static List<Message> messages(JsonObject body) {
    require(body.getValue("messages") instanceof JsonArray, "'messages' must be a list");
    JsonArray given = body.getJsonArray("messages");
    require(
        !given.isEmpty() && given.size() <= MOST_MESSAGES,
        "'messages' must have 1 to " + MOST_MESSAGES + " entries");
    List<Message> messages = new ArrayList<>();
    for (Object one : given) {
      require(
          one instanceof JsonObject message && message.getValue("role") instanceof String,
          "every message must have a role");
      JsonObject message = (JsonObject) one;
      String role = message.getString("role");
      require(
          !role.isBlank() && role.length() <= MOST_ROLE_CHARS,
          "a role must have 1 to " + MOST_ROLE_CHARS + " characters");
      messages.add(new Message(role, text(message.getValue("content"))));
    }
    require(
        !messages.get(messages.size() - 1).role().equals("assistant"),
        "the last message must not be the assistant's");
    return messages;
  }

  private static String text(Object content) {
    if (content instanceof String text) {
      return text;
    }
    require(
        content instanceof JsonArray, "a message's content must be text or a list of text parts");
    StringBuilder together = new StringBuilder();
    for (Object part : (JsonArray) content) {
      require(
          part instanceof JsonObject text
              && "text".equals(text.getValue("type"))
              && text.getValue("text") instanceof String,
          "a message's content must be text; pictures are not taken here");
      together.append(((JsonObject) part).getString("text"));
    }
    return together.toString();
  }

  private static Sampling sampling(JsonObject body, Sampling defaults) {
    double longest =
        number(body, "max_completion_tokens", number(body, "max_tokens", defaults.maxNewTokens()));
    require(
        longest == Math.rint(longest) && longest >= 1 && longest <= defaults.maxNewTokens(),
        "'max_tokens' must be a whole number from 1 to %d (model.max-new-tokens)"
            .formatted(defaults.maxNewTokens()));
    double temperature = number(body, "temperature", defaults.temperature());
    require(
        temperature >= 0.01 && temperature <= 100,
        "'temperature' must be from 0.01 to 100: what is greedy cannot be trained on");
    double topP = number(body, "top_p", defaults.topP());
    require(topP > 0 && topP <= 1, "'top_p' must be above 0 and at most 1");
    return new Sampling(temperature, topP, defaults.topK(), (int) longest);
  }

  private static Optional<Long> seed(JsonObject body) {
    Object seed = body.getValue("seed");
    require(
        seed == null || seed instanceof Integer || seed instanceof Long,
        "'seed' must be a whole number");
    return Optional.ofNullable(seed).map(value -> ((Number) value).longValue());
  }

  private static Optional<Reference> reference(JsonObject body) {
    Object metadata = body.getValue("metadata");
    if (metadata == null) {
      return Optional.empty();
    }
    require(metadata instanceof JsonObject, "'metadata' must be an object");
    Object answer = ((JsonObject) metadata).getValue("answer");
    Object verifier = ((JsonObject) metadata).getValue("verifier");
    if (answer == null && verifier == null) {
      return Optional.empty();
    }
    require(
        answer instanceof String && verifier instanceof String,
        "'metadata' must have both 'answer' and 'verifier', as text, or neither");
    return Optional.of(new Reference((String) answer, (String) verifier));
  }

  private static double number(JsonObject body, String key, double otherwise) {
    Object value = body.getValue(key);
    if (value == null) {
      return otherwise;
    }
    require(value instanceof Number, "'%s' must be a number".formatted(key));
    return ((Number) value).doubleValue();
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new GatewayException(Kind.BAD_REQUEST, otherwise);
    }
  }

  static JsonObject whole(ChatReply reply, String model, long seconds) {
    JsonObject choice =
        new JsonObject()
            .put("index", 0)
            .put("message", new JsonObject().put("role", "assistant").put("content", reply.text()))
            .put("logprobs", null)
            .put("finish_reason", finish(reply));
    return head(reply.id(), model, seconds, "chat.completion", new JsonArray().add(choice))
        .put("usage", usage(reply));
  }

  static JsonObject head(String id, String model, long seconds, String kind, JsonArray choices) {
    return new JsonObject()
        .put("id", id)
        .put("object", kind)
        .put("created", seconds)
        .put("model", model)
        .put("choices", choices);
  }

  static String finish(ChatReply reply) {
    return reply.finishReason() == FinishReason.STOP ? "stop" : "length";
  }

  static JsonObject usage(ChatReply reply) {
    return new JsonObject()
        .put("prompt_tokens", reply.promptTokens())
        .put("completion_tokens", reply.responseTokens())
        .put("total_tokens", reply.promptTokens() + reply.responseTokens());
  }
}
