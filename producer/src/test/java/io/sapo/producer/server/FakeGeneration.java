package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.producer.server.FakeServer.Quirk;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** The routes of a {@link FakeServer} that generate. */
final class FakeGeneration {
  private final FakeServer server;
  private final FakeWeights weights;
  private final Optional<PromptBuilder> prompts;

  /**
   * @param prompts makes tokens of chats, where the server takes any
   */
  FakeGeneration(FakeServer server, FakeWeights weights, Optional<PromptBuilder> prompts) {
    this.server = server;
    this.weights = weights;
    this.prompts = prompts;
  }

  void vllm(HttpExchange exchange, JsonNode body, JsonNode wanted, boolean tokensOnly)
      throws IOException {
    if (tokensOnly && !body.has("token_ids")) {
      FakeServer.answer(exchange, 400, FakeServer.error("2 validation errors: body.token_ids"));
      return;
    }
    String model = body.path("model").asText();
    if (!model.equals("m") && !weights.has(model)) {
      FakeServer.answer(
          exchange, 404, FakeServer.error("The model `" + model + "` does not exist."));
      return;
    }
    int[] prompt =
        IntStream.range(0, body.path(tokensOnly ? "token_ids" : "prompt").size())
            .map(i -> body.path(tokensOnly ? "token_ids" : "prompt").get(i).asInt())
            .toArray();
    if (wanted.path("max_tokens").asInt() == 1) {
      server.probes.incrementAndGet();
    }
    server.adapters().begin(model);
    try {
      vllm(exchange, body, wanted, tokensOnly, prompt);
    } finally {
      server.adapters().end(model);
    }
  }

  private void vllm(
      HttpExchange exchange, JsonNode body, JsonNode wanted, boolean tokensOnly, int[] prompt)
      throws IOException {
    String model = body.path("model").asText();
    boolean probe = wanted.path("max_tokens").asInt() == 1;
    if (!probe && server.misdeed.commit(exchange)) {
      return;
    }
    if (body.path("stream").asBoolean()) {
      FakeStream.vllm(
          server,
          exchange,
          response(model, TokenSequence.text(prompt, new int[0]), wanted, 0),
          tokensOnly);
      server.generated.incrementAndGet();
      return;
    }
    ObjectNode reply = ServerClient.JSON.createObjectNode();
    ArrayNode choices = reply.putArray("choices");
    for (int i = 0; i < wanted.path("n").asInt(1); i++) {
      ObjectNode choice =
          response(model, TokenSequence.text(prompt, new int[0]), wanted, i)
              .generate()
              .toVllm(i, tokensOnly);
      choices.add(probe ? choice : server.spoil.apply(choice));
    }
    if (!probe) {
      server.generated.incrementAndGet();
    }
    FakeServer.answer(exchange, 200, reply.toString());
  }

  void chat(HttpExchange exchange, JsonNode body) throws IOException {
    server.chats.add(body);
    String model = body.path("model").asText();
    if (prompts.isEmpty() || !weights.has(model)) {
      FakeServer.answer(
          exchange, 404, FakeServer.error("The model `" + model + "` does not exist."));
      return;
    }
    boolean open = FakeChat.open(body);
    if (body.path("add_generation_prompt").asBoolean(true) == open
        || body.path("continue_final_message").asBoolean() != open) {
      FakeServer.answer(exchange, 400, FakeServer.error("other tokens than those of the builder"));
      return;
    }
    TokenSequence prompt;
    try {
      prompt = prompts.get().build(FakeChat.task(body, server.is(Quirk.OTHER_CHAT)));
    } catch (PromptRefusedException e) {
      FakeServer.answer(exchange, 400, FakeServer.error(e.getMessage()));
      return;
    }
    ObjectNode wanted = body.deepCopy();
    wanted.set("max_tokens", body.path("max_completion_tokens"));
    wanted.set("logprobs", body.path("top_logprobs"));
    ObjectNode reply = ServerClient.JSON.createObjectNode();
    reply.put("object", "chat.completion");
    reply
        .putArray("choices")
        .add(server.spoil.apply(response(model, prompt, wanted, 0).generate().toChat()));
    if (!server.is(Quirk.SILENT_ABOUT_PROMPTS)) {
      Arrays.stream(prompt.promptTokens()).forEach(reply.putArray("prompt_token_ids")::add);
    }
    server.generated.incrementAndGet();
    FakeServer.answer(exchange, 200, reply.toString());
  }

  void sglang(HttpExchange exchange, JsonNode body) throws IOException {
    JsonNode sampling = body.path("sampling_params");
    ObjectNode wanted = sampling.deepCopy();
    wanted.set("max_tokens", sampling.path("max_new_tokens"));
    wanted.put("top_k", Math.max(0, sampling.path("top_k").asInt()));
    wanted.set("seed", sampling.path("sampling_seed"));
    wanted.set("logprobs", body.path("top_logprobs_num"));
    wanted.put(FakeResponse.UNCUT, true);
    String model = body.path("lora_path").asText("m");
    int[] prompt =
        IntStream.range(0, body.path("input_ids").size())
            .map(i -> body.path("input_ids").get(i).asInt())
            .toArray();
    if (!model.equals("m") && !weights.has(model)) {
      FakeServer.answer(
          exchange, 400, FakeServer.error("LoRA adapter " + model + " is not loaded"));
      return;
    }
    if (body.path("stream").asBoolean()) {
      FakeStream.sglang(
          server, exchange, response(model, TokenSequence.text(prompt, new int[0]), wanted, 0));
      return;
    }
    ArrayNode replies = ServerClient.JSON.createArrayNode();
    for (int i = 0; i < wanted.path("n").asInt(1); i++) {
      ObjectNode one =
          response(model, TokenSequence.text(prompt, new int[0]), wanted, i)
              .generate()
              .toSglang(server.saysVersions());
      boolean probe = sampling.path("max_new_tokens").asInt() == 1;
      replies.add(probe && !server.spoilsProbes ? one : server.spoil.apply(one));
    }
    FakeServer.answer(exchange, 200, (replies.size() == 1 ? replies.get(0) : replies).toString());
  }

  private FakeResponse response(String model, TokenSequence prompt, JsonNode wanted, int index) {
    return new FakeResponse(server, weights, model, prompt, wanted, index);
  }
}
