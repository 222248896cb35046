package io.sapo.standalone.gateway;

import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.producer.gateway.ToolCall;
import io.sapo.producer.gateway.Tools;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Tools that are declared, and their calls, from JSON and to JSON. */
final class ToolJson {
  static final String TOOLS = "tools";
  private static final String CALLS = "tool_calls";
  private static final String FUNCTION = "function";
  private static final String NAME = "name";
  private static final int MOST = 128;
  private static final int MOST_ID_CHARS = 128;
  private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  private ToolJson() {}

  /**
   * @throws GatewayException naming what cannot be taken
   */
  static Tools tools(JsonObject body) {
    if (!isOffered(body)) {
      return Tools.NONE;
    }
    boolean list = body.getValue(TOOLS) instanceof JsonArray all && all.size() <= MOST;
    require(list, TOOLS, "'tools' must be a list of %d at most".formatted(MOST));
    List<Map<String, Object>> functions = new ArrayList<>();
    for (Object one : body.getJsonArray(TOOLS)) {
      boolean sound =
          one instanceof JsonObject tool
              && FUNCTION.equals(tool.getValue("type"))
              && isNamed(tool.getValue(FUNCTION));
      require(
          sound,
          TOOLS,
          "a tool must be {\"type\": \"function\", \"function\": {\"name\": NAME, \"parameters\": SCHEMA}}");
      functions.add(((JsonObject) one).getMap());
    }
    require(
        body.getValue("tool_choice") == null || "auto".equals(body.getValue("tool_choice")),
        "tool_choice",
        "'tool_choice' must be auto: what a model is made to call it has not chosen");
    require(
        !Boolean.FALSE.equals(body.getValue("parallel_tool_calls")),
        "parallel_tool_calls",
        "'parallel_tool_calls' must be true: how many the model calls is its choice");
    return new Tools(functions, body.getJsonArray(TOOLS).encode());
  }

  private static boolean isOffered(JsonObject body) {
    Object tools = body.getValue(TOOLS);
    return tools != null && !(tools instanceof JsonArray list && list.isEmpty());
  }

  private static boolean isNamed(Object function) {
    return function instanceof JsonObject named
        && named.getValue(NAME) instanceof String name
        && NAMES.matcher(name).matches()
        && (named.getValue("parameters") == null
            || named.getValue("parameters") instanceof JsonObject);
  }

  /**
   * The calls of an assistant's message.
   *
   * @throws GatewayException when they are none
   */
  static List<ToolCall> calls(JsonObject message) {
    Object given = message.getValue(CALLS);
    if (given == null) {
      return List.of();
    }
    boolean list = given instanceof JsonArray all && all.size() <= MOST;
    require(list, ChatJson.MESSAGES, "'tool_calls' must be a list of %d at most".formatted(MOST));
    List<ToolCall> calls = new ArrayList<>();
    for (Object one : (JsonArray) given) {
      boolean sound =
          one instanceof JsonObject call
              && isId(call.getValue("id"))
              && isNamed(call.getValue(FUNCTION))
              && call.getJsonObject(FUNCTION).getValue("arguments") instanceof String;
      require(
          sound,
          ChatJson.MESSAGES,
          "a call must be {\"id\": ID, \"type\": \"function\", \"function\": {\"name\": NAME, \"arguments\": JSON AS TEXT}}");
      JsonObject function = ((JsonObject) one).getJsonObject(FUNCTION);
      calls.add(
          new ToolCall(
              ((JsonObject) one).getString("id"),
              function.getString(NAME),
              function.getString("arguments")));
    }
    return calls;
  }

  /** The call that a tool's message answers; empty where it names none. */
  static String answered(JsonObject message) {
    Object id = message.getValue("tool_call_id");
    require(
        id == null || isId(id),
        ChatJson.MESSAGES,
        "'tool_call_id' must be text of %d characters at most".formatted(MOST_ID_CHARS));
    return id == null ? "" : (String) id;
  }

  private static boolean isId(Object id) {
    return id instanceof String text && text.length() <= MOST_ID_CHARS;
  }

  /** Calls as they stand in an answer. */
  static JsonArray json(List<ToolCall> calls) {
    JsonArray all = new JsonArray();
    for (ToolCall call : calls) {
      JsonObject function =
          new JsonObject().put(NAME, call.name()).put("arguments", call.arguments());
      all.add(new JsonObject().put("id", call.id()).put("type", FUNCTION).put(FUNCTION, function));
    }
    return all;
  }

  private static void require(boolean holds, String field, String otherwise) {
    if (!holds) {
      throw new GatewayException(Kind.BAD_REQUEST, field, otherwise);
    }
  }
}
