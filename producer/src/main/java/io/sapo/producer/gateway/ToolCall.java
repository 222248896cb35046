package io.sapo.producer.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.producer.gateway.GatewayException.Kind;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A call of a tool by the model.
 *
 * @param id by which the tool's answer names it
 * @param arguments a JSON object, as text
 */
public record ToolCall(String id, String name, String arguments) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<LinkedHashMap<String, Object>> OBJECT =
      new TypeReference<>() {};

  /**
   * As chat templates take it: the arguments as an object, not as text.
   *
   * @throws GatewayException when they are no JSON object
   */
  Map<String, Object> forTemplate() {
    Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", name);
    function.put("arguments", parsedArguments());
    Map<String, Object> call = new LinkedHashMap<>();
    call.put("id", id);
    call.put("type", "function");
    call.put("function", function);
    return call;
  }

  /** Of all its texts. */
  long characters() {
    return (long) id.length() + name.length() + arguments.length();
  }

  /**
   * The arguments as a template may write them: what was escaped is not any more.
   *
   * @throws GatewayException when they are no JSON object
   */
  String writtenArguments() {
    try {
      return JSON.writeValueAsString(parsedArguments());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("arguments that were read cannot be written", e);
    }
  }

  private Map<String, Object> parsedArguments() {
    try {
      Map<String, Object> parsed = JSON.readValue(arguments, OBJECT);
      if (parsed != null) {
        return parsed;
      }
    } catch (JsonProcessingException e) {
      // Refused below.
    }
    throw new GatewayException(
        Kind.BAD_REQUEST,
        ChatRequest.MESSAGES,
        "the arguments of a call of '%s' are no JSON object".formatted(name));
  }
}
