package io.sapo.standalone.gateway;

import io.sapo.producer.gateway.ChatReply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The chunks of one streamed answer, without their framing.
 *
 * @param model as the caller calls it
 * @param seconds since 1970, the same in all chunks
 * @param usage whether the caller wants a last chunk with the numbers of tokens
 */
record ChatChunks(String model, long seconds, boolean usage) {
  static final String KIND = "chat.completion.chunk";

  JsonObject role(String id) {
    return chunk(id, new JsonObject().put("role", "assistant").put("content", ""), null);
  }

  JsonObject text(String id, String more) {
    return chunk(id, new JsonObject().put("content", more), null);
  }

  /** Calls of tools, whole. */
  JsonObject calls(ChatReply reply) {
    JsonArray calls = ToolJson.json(reply.calls());
    for (int i = 0; i < calls.size(); i++) {
      calls.getJsonObject(i).put("index", i);
    }
    return chunk(reply.id(), new JsonObject().put("tool_calls", calls), null);
  }

  JsonObject end(ChatReply reply) {
    return chunk(reply.id(), new JsonObject(), ChatJson.finish(reply));
  }

  /** After the end, where it is wanted. */
  JsonObject usage(ChatReply reply) {
    return ChatJson.head(reply.id(), model, seconds, KIND, new JsonArray())
        .put("usage", ChatJson.usage(reply));
  }

  private JsonObject chunk(String id, JsonObject delta, String finish) {
    JsonObject choice =
        new JsonObject()
            .put("index", 0)
            .put("delta", delta)
            .put("logprobs", null)
            .put("finish_reason", finish);
    JsonObject chunk = ChatJson.head(id, model, seconds, KIND, new JsonArray().add(choice));
    return usage ? chunk.put("usage", null) : chunk;
  }
}
