package io.sapo.standalone.gateway;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.text.StopTexts;
import io.sapo.producer.gateway.ChatReply;
import io.sapo.producer.gateway.ChatRequest;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.producer.gateway.ToolCall;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Chat completions, from JSON and to JSON. */
final class ChatJson {
  private static final int MOST_MESSAGES = 1_000;
  private static final int MOST_MODEL_CHARS = 256;
  private static final int MOST_VERIFIER_CHARS = 256;
  private static final int MOST_STOPS = 4;
  private static final int MOST_STOP_CHARS = 256;

  /** A role goes into the prompt as it is. */
  private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  static final String MESSAGES = "messages";
  static final String STOP = "stop";
  private static final String ASSISTANT = "assistant";

  private ChatJson() {}

  /**
   * @param defaults sampling where the request does not specify it, and the length limit
   * @throws GatewayException naming what cannot be taken
   */
  static ChatRequest request(JsonObject body, Sampling defaults) {
    ChatFields.check(body, defaults);
    return new ChatRequest(
        messages(body),
        ToolJson.tools(body),
        stops(body.getValue(STOP)),
        sampling(body, defaults),
        seed(body),
        reference(body));
  }

  /** Whether the answer is to come while it is generated. */
  static boolean wantsStream(JsonObject body) {
    Object stream = body.getValue("stream");
    require(
        stream == null || stream instanceof Boolean, "stream", "'stream' must be true or false");
    return Boolean.TRUE.equals(stream);
  }

  /**
   * The model's name as the caller says it; any is taken, for there is one.
   *
   * @param own where he says none
   */
  static String model(JsonObject body, String own) {
    Object name = body.getValue("model");
    boolean sound =
        name == null || name instanceof String text && text.length() <= MOST_MODEL_CHARS;
    require(
        sound,
        "model",
        "'model' must be text of %d characters at most".formatted(MOST_MODEL_CHARS));
    return name == null ? own : (String) name;
  }

  /** Whether a streamed answer is to end with a chunk that has the numbers of tokens. */
  static boolean wantsUsage(JsonObject body) {
    return body.getValue("stream_options") instanceof JsonObject options
        && Boolean.TRUE.equals(options.getValue("include_usage"));
  }

  private static List<Message> messages(JsonObject body) {
    requireMessages(body.getValue(MESSAGES) instanceof JsonArray, "'messages' must be a list");
    JsonArray given = body.getJsonArray(MESSAGES);
    requireMessages(
        !given.isEmpty() && given.size() <= MOST_MESSAGES,
        "'messages' must have 1 to " + MOST_MESSAGES + " entries");
    List<Message> messages = new ArrayList<>();
    for (Object one : given) {
      requireMessages(
          one instanceof JsonObject message && message.getValue("role") instanceof String,
          "every message must have a role");
      JsonObject message = (JsonObject) one;
      String role = message.getString("role");
      requireMessages(
          ROLE.matcher(role).matches(),
          "a role must be a word of letters, digits, '_' and '-', 64 at most");
      ChatFields.checkMessage(message);
      messages.add(message(role, message));
    }
    requireMessages(
        !messages.get(messages.size() - 1).role().equals(ASSISTANT),
        "the last message must not be the assistant's");
    return messages;
  }

  /** One that only calls tools has no content. */
  private static Message message(String role, JsonObject message) {
    List<ToolCall> calls = ToolJson.calls(message);
    String answered = ToolJson.answered(message);
    requireMessages(
        calls.isEmpty() || role.equals(ASSISTANT), "'tool_calls' are the assistant's alone");
    requireMessages(
        answered.isEmpty() || role.equals("tool"), "'tool_call_id' is for the role tool alone");
    Object content = message.getValue("content");
    return new Message(
        role, content == null && !calls.isEmpty() ? "" : text(content), calls, answered);
  }

  private static String text(Object content) {
    if (content instanceof String text) {
      return text;
    }
    requireMessages(
        content instanceof JsonArray, "a message's content must be text or a list of text parts");
    StringBuilder together = new StringBuilder();
    for (Object part : (JsonArray) content) {
      requireMessages(
          part instanceof JsonObject text
              && "text".equals(text.getValue("type"))
              && text.getValue("text") instanceof String,
          "a message's content must be text; pictures are not taken here");
      together.append(((JsonObject) part).getString("text"));
    }
    return together.toString();
  }

  private static List<String> stops(Object stop) {
    if (stop == null) {
      return List.of();
    }
    List<?> given = stop instanceof JsonArray list ? list.getList() : List.of(stop);
    require(
        given.size() <= MOST_STOPS && given.stream().allMatch(ChatJson::isStop),
        STOP,
        "'stop' must be text of 1 to %d characters, or a list of %d such texts at most"
            .formatted(MOST_STOP_CHARS, MOST_STOPS));
    List<String> stops = given.stream().map(String.class::cast).toList();
    require(
        stops.stream().allMatch(StopTexts::canBeFound),
        STOP,
        "'stop' must not hold halves of characters, nor U+FFFD, which stands for them");
    return stops;
  }

  private static boolean isStop(Object one) {
    return one instanceof String text && !text.isEmpty() && text.length() <= MOST_STOP_CHARS;
  }

  private static Sampling sampling(JsonObject body, Sampling defaults) {
    double longest =
        number(body, "max_completion_tokens", number(body, "max_tokens", defaults.maxNewTokens()));
    require(
        longest == Math.rint(longest) && longest >= 1 && longest <= defaults.maxNewTokens(),
        "max_tokens",
        "'max_tokens' must be a whole number from 1 to %d (model.max-new-tokens)"
            .formatted(defaults.maxNewTokens()));
    double temperature = number(body, "temperature", defaults.temperature());
    require(
        temperature >= 0.01 && temperature <= 100,
        "temperature",
        "'temperature' must be from 0.01 to 100: what is greedy cannot be trained on");
    double topP = number(body, "top_p", defaults.topP());
    require(topP > 0 && topP <= 1, "top_p", "'top_p' must be above 0 and at most 1");
    return new Sampling(temperature, topP, defaults.topK(), (int) longest);
  }

  private static Optional<Long> seed(JsonObject body) {
    Object seed = body.getValue("seed");
    require(
        seed == null || seed instanceof Integer || seed instanceof Long,
        "seed",
        "'seed' must be a whole number");
    return Optional.ofNullable(seed).map(value -> ((Number) value).longValue());
  }

  private static Optional<Reference> reference(JsonObject body) {
    Object metadata = body.getValue("metadata");
    if (metadata == null) {
      return Optional.empty();
    }
    require(metadata instanceof JsonObject, "metadata", "'metadata' must be an object");
    Object answer = ((JsonObject) metadata).getValue("answer");
    Object verifier = ((JsonObject) metadata).getValue("verifier");
    if (answer == null && verifier == null) {
      return Optional.empty();
    }
    require(
        answer instanceof String && verifier instanceof String,
        "metadata",
        "'metadata' must have both 'answer' and 'verifier', as text, or neither");
    require(
        ((String) verifier).length() <= MOST_VERIFIER_CHARS,
        "metadata",
        "'verifier' in 'metadata' must be a name of %d characters at most"
            .formatted(MOST_VERIFIER_CHARS));
    return Optional.of(new Reference((String) answer, (String) verifier));
  }

  private static double number(JsonObject body, String key, double otherwise) {
    Object value = body.getValue(key);
    if (value == null) {
      return otherwise;
    }
    require(value instanceof Number, key, "'%s' must be a number".formatted(key));
    return ((Number) value).doubleValue();
  }

  private static void requireMessages(boolean holds, String otherwise) {
    require(holds, MESSAGES, otherwise);
  }

  private static void require(boolean holds, String field, String otherwise) {
    if (!holds) {
      throw new GatewayException(Kind.BAD_REQUEST, field, otherwise);
    }
  }

  static JsonObject whole(ChatReply reply, String model, long seconds) {
    JsonObject message = new JsonObject().put("role", ASSISTANT).put("content", reply.text());
    if (!reply.calls().isEmpty()) {
      message.put("tool_calls", ToolJson.json(reply.calls()));
      if (reply.text().isEmpty()) {
        message.putNull("content");
      }
    }
    JsonObject choice =
        new JsonObject()
            .put("index", 0)
            .put("message", message)
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
    if (!reply.calls().isEmpty()) {
      return "tool_calls";
    }
    return reply.finishReason() == FinishReason.STOP ? "stop" : "length";
  }

  static JsonObject usage(ChatReply reply) {
    return new JsonObject()
        .put("prompt_tokens", reply.promptTokens())
        .put("completion_tokens", reply.responseTokens())
        .put("total_tokens", reply.promptTokens() + reply.responseTokens());
  }
}
