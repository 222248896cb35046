package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.server.Answer.Candidates;
import io.sapo.producer.server.Answer.Span;
import io.sapo.producer.server.ServerClient.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * vLLM. Adapters are loaded side by side, each under a name of its own, and a response is by the
 * one that it was asked of. (Loading one in place of another is no way: running responses go on
 * with the old one until a new request comes, then with the new one over keys and values of the
 * old, and the server's own record of versions says otherwise; seen in 0.32.)
 *
 * <p>Whole weights change between two tokens: pause, load, name them, resume; {@code
 * /inference/v1/generate} says which weights sampled which token. Pausing with the defaults clears
 * the prefix cache and computes keys and values of running responses anew: without it the new
 * weights would go on over what the old ones left.
 */
final class VllmDialect implements Dialect {
  private static final String GENERATE = "/inference/v1/generate";
  private static final String COMPLETIONS = "/v1/completions";

  private static final String NO_ADAPTERS =
      "it loads no adapters: start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True";

  /** Of an event, beside those of its tokens. */
  private static final int EVENT_BYTES = 1_024;

  private final ResponseRules rules;

  VllmDialect(ResponseRules rules) {
    this.rules = rules;
  }

  @Override
  public Identity identify(ServerClient server, boolean adapters) {
    JsonNode own = Control.servedModel(server);
    boolean generates = Control.has(server, GENERATE);
    boolean inPlace = !adapters && generates && Control.get(server, "/is_paused").ok();
    if (adapters && !Control.has(server, "/v1/load_lora_adapter")) {
      throw new UnfitServerException(NO_ADAPTERS);
    }
    if (!adapters && !inPlace) {
      throw new UnfitServerException(
          "it takes no new weights: start vLLM with --enable-scale-out and VLLM_SERVER_DEV_MODE=1, or train adapters");
    }
    return new Identity(
        Fields.text(own, "id"),
        own.path("max_model_len").asInt(0),
        inPlace,
        generates ? GENERATE : COMPLETIONS);
  }

  /** Only where versions are adapters is a response by the weights that it was asked of. */
  @Override
  public Optional<String> picturesObstacle(boolean adapters) {
    return adapters
        ? Optional.empty()
        : Optional.of(
            "vLLM's chat form does not say which weights sampled a token; train adapters, or generate with the builtin engine");
  }

  /** {@code --logprobs-mode} decides on both. */
  @Override
  public boolean reportsCuts() {
    return true;
  }

  @Override
  public String path(Identity identity, CompletionRequest wanted) {
    return wanted.chat().isPresent() ? VllmChat.PATH : identity.path();
  }

  @Override
  public JsonNode request(Identity identity, Publication weights, CompletionRequest wanted) {
    if (wanted.chat().isPresent()) {
      return VllmChat.request(weights.name(), wanted, rules);
    }
    boolean tokensOnly = identity.path().equals(GENERATE);
    ObjectNode body = ServerClient.JSON.createObjectNode();
    body.put("model", weights.adapter() ? weights.name() : identity.model());
    ArrayNode prompt = body.putArray(tokensOnly ? "token_ids" : "prompt");
    for (int token : wanted.prompt()) {
      prompt.add(token);
    }
    ObjectNode sampling = tokensOnly ? body.putObject("sampling_params") : body;
    sampling(sampling, wanted);
    body.put("stream", wanted.streamed());
    if (!tokensOnly) {
      body.put("return_token_ids", true);
      body.put("return_tokens_as_token_ids", true);
    }
    return body;
  }

  private void sampling(ObjectNode to, CompletionRequest wanted) {
    SamplingFields.put(to, wanted, rules);
    Sampling sampling = wanted.sampling();
    to.put("max_tokens", sampling.maxNewTokens());
    to.put("top_k", sampling.topK());
    to.put("seed", wanted.seed());
    to.put("watermarking", false);
    to.put("logprobs", wanted.candidates());
    if (!wanted.stops().isEmpty()) {
      to.put("include_stop_str_in_output", true);
    }
  }

  @Override
  public List<Answer> answers(Identity identity, Publication weights, JsonNode reply) {
    if (VllmChat.isAnswer(reply)) {
      return VllmChat.answers(weights, reply);
    }
    List<Answer> answers = new ArrayList<>();
    for (JsonNode choice : Fields.array(reply, "choices")) {
      answers.add(answer(identity, weights, choice));
    }
    return answers;
  }

  private static Answer answer(Identity identity, Publication weights, JsonNode choice) {
    int[] tokens = Fields.integers(choice, "token_ids");
    boolean tokensOnly = identity.path().equals(GENERATE);
    List<Span> versions =
        identity.inPlace()
            ? Fields.spans(choice)
            : List.of(new Span(weights.name(), 0, tokens.length));
    double[] logProbs = new double[tokens.length];
    List<Candidates> candidates = new ArrayList<>();
    JsonNode given = choice.path("logprobs");
    if (tokensOnly) {
      VllmLogProbs.ofPlaces(Fields.array(given, "content"), tokens, logProbs, candidates);
    } else {
      VllmLogProbs.ofColumns(given, tokens, logProbs, candidates);
    }
    return new Answer(
        tokens,
        logProbs,
        candidates,
        Control.ending(Fields.text(choice, "finish_reason")),
        versions,
        Optional.empty());
  }

  /** Events have the tokens since the last; the last one has the versions of all. */
  @Override
  public ObjectNode joined(ObjectNode before, ObjectNode event) {
    JsonNode more = event.path("choices");
    if (!(before.path("choices").path(0) instanceof ObjectNode choice)) {
      return event;
    }
    if (more.size() > 1) {
      throw new RefusedAnswerException("the answer has %d responses".formatted(more.size()));
    }
    if (more.path(0) instanceof ObjectNode added) {
      AnswerStream.append(choice, added);
    }
    return before;
  }

  @Override
  public JsonNode tokens(JsonNode joined) {
    return joined.path("choices").path(0).path("token_ids");
  }

  @Override
  public long mostStreamedBytes(CompletionRequest wanted) {
    return wanted.mostBytes() + (long) EVENT_BYTES * wanted.sampling().maxNewTokens();
  }

  @Override
  public void load(ServerClient server, Identity identity, Publication weights) {
    if (weights.adapter()) {
      loadAdapter(server, weights);
      return;
    }
    Control.post(server, "/pause?mode=keep", Control.nothing());
    try {
      name(server, Control.CHANGING);
      reload(server, weights);
      name(server, weights.name());
    } finally {
      Control.goOn(server, "/resume");
    }
  }

  private static void name(ServerClient server, String version) {
    Control.post(
        server,
        "/update_weight_version",
        ServerClient.JSON.createObjectNode().put("new_version", version));
  }

  private static void loadAdapter(ServerClient server, Publication weights) {
    ObjectNode body = ServerClient.JSON.createObjectNode();
    body.put("lora_name", weights.name());
    body.put("lora_path", weights.folder().toString());
    Reply reply = Control.load(server, "/v1/load_lora_adapter", body);
    if (!reply.ok() && reply.text().contains("LoRA is not enabled")) {
      throw new UnfitServerException(NO_ADAPTERS);
    }
    if (!reply.ok() && !reply.text().contains("already been loaded")) {
      throw Control.notLoaded(
          weights,
          reply,
          "does it see that folder, and does it run with --max-lora-rank as large as model.adapter-rank?");
    }
  }

  private static void reload(ServerClient server, Publication weights) {
    ObjectNode body = ServerClient.JSON.createObjectNode();
    body.put("method", "reload_weights");
    body.putObject("kwargs").put("weights_path", weights.folder().toString());
    Reply reply = Control.load(server, "/collective_rpc", body);
    if (!reply.ok()) {
      throw Control.notLoaded(weights, reply, "does it see that folder?");
    }
  }

  @Override
  public void unload(ServerClient server, Identity identity, Publication weights) {
    if (weights.adapter()) {
      Control.unloadAdapter(server, "/v1/unload_lora_adapter", weights);
    }
  }

  @Override
  public Optional<int[]> tokenize(ServerClient server, Identity identity, String text) {
    ObjectNode body = ServerClient.JSON.createObjectNode();
    body.put("model", identity.model());
    body.put("prompt", text);
    body.put("add_special_tokens", false);
    Reply reply = Control.ask(server, "/tokenize", body);
    return reply.ok() ? Optional.of(Fields.integers(reply.json(), "tokens")) : Optional.empty();
  }
}
