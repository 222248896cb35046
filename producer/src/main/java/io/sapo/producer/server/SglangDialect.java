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
 * SGLang, by its native routes. Adapters are loaded side by side, each under a name of its own, and
 * a response is by the one that it was asked of.
 *
 * <p>Whole weights change between two tokens where the server says of its responses which weights
 * sampled which token ({@code weight_versions}, in 0.5.23): pause, load, continue. Pausing by
 * retraction gives up keys and values of running responses, so that the cache can be flushed, and
 * they are computed anew by the new weights. Other servers change once no response is running.
 */
final class SglangDialect implements Dialect {
  private static final String GENERATE = "/generate";
  private static final String VERSIONS = "weight_versions";

  /**
   * Most pieces in which a response is streamed: each has all that came before as well, with its
   * log-probabilities.
   */
  private static final int PIECES = 32;

  private final ResponseRules rules;

  SglangDialect(ResponseRules rules) {
    this.rules = rules;
  }

  @Override
  public Identity identify(ServerClient server, boolean adapters) {
    JsonNode own = Control.servedModel(server);
    if (adapters && !Control.has(server, "/load_lora_adapter")) {
      throw new UnfitServerException("it loads no adapters: start SGLang with --enable-lora");
    }
    return new Identity(
        Fields.text(own, "id"),
        own.path("max_model_len").asInt(0),
        !adapters && saysWhichWeights(server),
        GENERATE);
  }

  /** Nothing but an answer tells. */
  private static boolean saysWhichWeights(ServerClient server) {
    ObjectNode body = ServerClient.JSON.createObjectNode();
    body.putArray("input_ids").add(0);
    body.putObject("sampling_params")
        .put("max_new_tokens", 1)
        .put("temperature", 1)
        .put("top_p", 1);
    Reply reply = Control.ask(server, GENERATE, body);
    return reply.ok() && reply.json().path("meta_info").path(VERSIONS).isArray();
  }

  /** It may make tokens of the text anew, and says of them no more than how many there are. */
  @Override
  public Optional<String> picturesObstacle(boolean adapters) {
    return Optional.of(
        "SGLang does not say which tokens it makes of a prompt with pictures; generate with vLLM or the builtin engine");
  }

  /** It takes the logarithm before it cuts. */
  @Override
  public boolean reportsCuts() {
    return false;
  }

  @Override
  public JsonNode request(Identity identity, Publication weights, CompletionRequest wanted) {
    ObjectNode body = ServerClient.JSON.createObjectNode();
    ArrayNode prompt = body.putArray("input_ids");
    for (int token : wanted.prompt()) {
      prompt.add(token);
    }
    body.put("return_logprob", true);
    body.put("logprob_start_len", -1);
    body.put("top_logprobs_num", wanted.candidates());
    if (weights.adapter()) {
      body.put("lora_path", weights.name());
    }
    ObjectNode sampling = body.putObject("sampling_params");
    sampling(sampling, wanted);
    if (wanted.streamed()) {
      body.put("stream", true);
      sampling.put("stream_interval", -Math.floorDiv(-wanted.sampling().maxNewTokens(), PIECES));
    }
    return body;
  }

  private void sampling(ObjectNode to, CompletionRequest wanted) {
    SamplingFields.put(to, wanted, rules);
    // To ignore the end of text is to ignore the stop tokens as well.
    to.put("ignore_eos", false);
    Sampling sampling = wanted.sampling();
    to.put("max_new_tokens", sampling.maxNewTokens());
    to.put("top_k", sampling.topK() == 0 ? -1 : sampling.topK());
    to.put("sampling_seed", wanted.seed());
  }

  @Override
  public List<Answer> answers(Identity identity, Publication weights, JsonNode reply) {
    List<Answer> answers = new ArrayList<>();
    if (reply.isArray()) {
      reply.forEach(one -> answers.add(answer(identity, weights, one)));
    } else {
      answers.add(answer(identity, weights, reply));
    }
    return answers;
  }

  private static Answer answer(Identity identity, Publication weights, JsonNode one) {
    int[] tokens = Fields.integers(one, "output_ids");
    JsonNode meta = one.path("meta_info");
    JsonNode sampled = Fields.array(meta, "output_token_logprobs");
    JsonNode likeliest = Fields.array(meta, "output_top_logprobs");
    Fields.sameLength(tokens.length, sampled.size());
    Fields.sameLength(tokens.length, likeliest.size());
    double[] logProbs = new double[tokens.length];
    List<Candidates> candidates = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      int scored = Fields.integer(sampled.get(i).path(1), "token in output_token_logprobs");
      Fields.sameToken(tokens[i], scored, i);
      logProbs[i] = Fields.number(sampled.get(i).path(0));
      candidates.add(candidates(Fields.array(likeliest.get(i), "output_top_logprobs", i)));
    }
    List<Span> versions =
        identity.inPlace()
            ? Fields.spans(meta)
            : List.of(new Span(onlyVersion(weights, meta), 0, tokens.length));
    return new Answer(
        tokens,
        logProbs,
        candidates,
        Control.ending(Fields.text(meta.path("finish_reason"), "type")),
        versions,
        Optional.empty());
  }

  private static String onlyVersion(Publication weights, JsonNode meta) {
    return weights.adapter() ? weights.name() : Fields.text(meta, "weight_version");
  }

  /**
   * Events have all tokens so far, or, of a server with {@code --incremental-streaming-output},
   * those since the last.
   */
  @Override
  public ObjectNode joined(ObjectNode before, ObjectNode event) {
    int all = event.path("meta_info").path("completion_tokens").asInt();
    boolean piece = all > event.path("output_ids").size();
    return piece ? AnswerStream.append(before, event) : event;
  }

  @Override
  public JsonNode tokens(JsonNode joined) {
    return joined.path("output_ids");
  }

  @Override
  public long mostStreamedBytes(CompletionRequest wanted) {
    return (PIECES + 2L) * wanted.mostBytes();
  }

  private static Candidates candidates(JsonNode place) {
    int[] ids = new int[place.size()];
    double[] numbers = new double[ids.length];
    for (int c = 0; c < ids.length; c++) {
      ids[c] = Fields.integer(place.get(c).path(1), "token in output_top_logprobs");
      numbers[c] = Fields.number(place.get(c).path(0));
    }
    return new Candidates(ids, numbers);
  }

  @Override
  public void load(ServerClient server, Identity identity, Publication weights) {
    ObjectNode body = ServerClient.JSON.createObjectNode();
    if (weights.adapter()) {
      body.put("lora_name", weights.name());
      body.put("lora_path", weights.folder().toString());
      load(server, "/load_lora_adapter", body, weights);
      return;
    }
    body.put("model_path", weights.folder().toString());
    body.put("weight_version", weights.name());
    body.put("flush_cache", true);
    body.put("abort_all_requests", false);
    if (identity.inPlace()) {
      betweenTokens(server, () -> replace(server, body, weights));
    } else {
      replace(server, body, weights);
    }
  }

  private static void replace(ServerClient server, ObjectNode body, Publication weights) {
    load(server, "/update_weights_from_disk", body, weights);
  }

  private static void betweenTokens(ServerClient server, Runnable change) {
    ObjectNode mode = ServerClient.JSON.createObjectNode().put("mode", "retract");
    Control.post(server, "/pause_generation", mode);
    try {
      ObjectNode name = ServerClient.JSON.createObjectNode().put("new_version", Control.CHANGING);
      // Unless told otherwise it aborts what is running.
      Control.post(server, "/update_weight_version", name.put("abort_all_requests", false));
      change.run();
    } finally {
      Control.goOn(server, "/continue_generation");
    }
  }

  private static void load(ServerClient server, String path, ObjectNode body, Publication weights) {
    Reply reply = Control.load(server, path, body);
    boolean done = reply.ok() && reply.json().path("success").asBoolean(true);
    if (!done && !reply.text().contains("already")) {
      throw Control.notLoaded(weights, reply, "does it see that folder?");
    }
  }

  @Override
  public void unload(ServerClient server, Identity identity, Publication weights) {
    if (weights.adapter()) {
      Control.unloadAdapter(server, "/unload_lora_adapter", weights);
    }
  }

  /** It has no route for it. */
  @Override
  public Optional<int[]> tokenize(ServerClient server, Identity identity, String text) {
    return Optional.empty();
  }
}
