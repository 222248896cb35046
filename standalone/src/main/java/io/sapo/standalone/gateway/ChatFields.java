package io.sapo.standalone.gateway;

import io.sapo.policy.generation.Sampling;
import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;

/**
 * Which fields a request may have. One that is not known here, or asks for what is not done, is
 * refused by name: left unread it would be trained on as if it had been done.
 */
final class ChatFields {
  /** Read elsewhere, or without influence on the text. */
  private static final Set<String> TAKEN =
      Set.of(
          "model",
          ChatJson.MESSAGES,
          ToolJson.TOOLS,
          "temperature",
          "top_p",
          "max_tokens",
          "max_completion_tokens",
          "seed",
          ChatJson.STOP,
          "stream",
          "stream_options",
          "metadata",
          "user",
          "store",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key",
          "parallel_tool_calls");

  /** What these say is what is done anyway. */
  private static final Map<String, Set<Object>> AS_DONE =
      Map.ofEntries(
          Map.entry("n", Set.of(1.0)),
          Map.entry("best_of", Set.of(1.0)),
          Map.entry("presence_penalty", Set.of(0.0)),
          Map.entry("frequency_penalty", Set.of(0.0)),
          Map.entry("repetition_penalty", Set.of(1.0)),
          Map.entry("min_p", Set.of(0.0)),
          Map.entry("min_tokens", Set.of(0.0)),
          Map.entry("do_sample", Set.of(true)),
          Map.entry("top_logprobs", Set.of(0.0)),
          Map.entry("tool_choice", Set.of("none", "auto")),
          Map.entry("modalities", Set.of(new JsonArray().add("text"))),
          Map.entry("response_format", Set.of(new JsonObject().put("type", "text"))),
          Map.entry("add_generation_prompt", Set.of(true)),
          Map.entry("skip_special_tokens", Set.of(true)));

  /** The model is shown the first two; who said something is not. */
  private static final Set<String> TAKEN_OF_MESSAGES =
      Set.of("role", "content", "name", "tool_calls", "tool_call_id");

  private ChatFields() {}

  /**
   * @param defaults the run's sampling
   * @throws GatewayException naming the first field that cannot be taken
   */
  static void check(JsonObject body, Sampling defaults) {
    for (Map.Entry<String, Object> field : body) {
      String name = field.getKey();
      boolean sound =
          TAKEN.contains(name)
              || field.getValue() == null
              || (AS_DONE.containsKey(name) ? asDone(field) : nothing(field.getValue()))
              || name.equals("top_k") && isTopK(field.getValue(), defaults.topK());
      if (!sound) {
        throw new GatewayException(Kind.UNSUPPORTED, name, sentence(name, defaults));
      }
    }
  }

  private static String sentence(String name, Sampling defaults) {
    return switch (name) {
      case "n" -> "'n' must be 1: ask once for each response";
      case "top_k" -> "'top_k' must be %d, as the run samples".formatted(defaults.topK());
      default ->
          AS_DONE.containsKey(name)
              ? "'%s' must be %s".formatted(name, shown(AS_DONE.get(name)))
              : "'%s' is not supported here".formatted(name);
    };
  }

  private static String shown(Set<Object> values) {
    return String.join(
        " or ",
        values.stream()
            .map(
                value ->
                    value instanceof Double number
                        ? Integer.toString(number.intValue())
                        : String.valueOf(value))
            .sorted()
            .toList());
  }

  private static boolean asDone(Map.Entry<String, Object> field) {
    Object value =
        field.getValue() instanceof Number number
            ? (Object) number.doubleValue()
            : field.getValue();
    return AS_DONE.get(field.getKey()).contains(value);
  }

  private static boolean isTopK(Object value, int own) {
    return value instanceof Number number && Math.max(0, number.doubleValue()) == own;
  }

  private static boolean nothing(Object value) {
    return Boolean.FALSE.equals(value)
        || value instanceof JsonArray list && list.isEmpty()
        || value instanceof JsonObject map && map.isEmpty();
  }

  /**
   * @throws GatewayException naming a field that would be lost
   */
  static void checkMessage(JsonObject message) {
    for (Map.Entry<String, Object> field : message) {
      boolean lost =
          !TAKEN_OF_MESSAGES.contains(field.getKey())
              && field.getValue() != null
              && !nothing(field.getValue());
      if (lost) {
        throw new GatewayException(
            Kind.UNSUPPORTED,
            "messages",
            "a message has '%s'; role, content, tool_calls and tool_call_id are taken"
                .formatted(field.getKey()));
      }
    }
  }
}
