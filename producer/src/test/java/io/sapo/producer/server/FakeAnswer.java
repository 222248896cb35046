package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * One response in the words of vLLM and of SGLang.
 *
 * @param distributions log-probabilities over the vocabulary that each token was sampled from
 * @param versions of the weights that sampled each token
 * @param stoppedBy the stop token or text that ended it; empty where its length did
 * @param candidates likeliest tokens told for each place
 */
record FakeAnswer(
    List<Integer> tokens,
    List<double[]> distributions,
    List<String> versions,
    Optional<JsonNode> stoppedBy,
    int candidates) {
  private String ending() {
    return stoppedBy.isPresent() ? "stop" : "length";
  }

  ObjectNode toVllm(int index, boolean tokensOnly) {
    ObjectNode choice = ServerClient.JSON.createObjectNode();
    choice.put("index", index);
    choice.put("finish_reason", ending());
    choice.set("stop_reason", stoppedBy.orElse(ServerClient.JSON.nullNode()));
    tokens.forEach(choice.putArray("token_ids")::add);
    if (tokensOnly) {
      spans(choice.putArray("weight_versions"));
      places(choice.putObject("logprobs").putArray("content"));
    } else {
      columns(choice.putObject("logprobs"));
    }
    return choice;
  }

  ObjectNode toChat() {
    ObjectNode choice = ServerClient.JSON.createObjectNode();
    choice.put("index", 0);
    choice.put("finish_reason", ending());
    choice.putObject("message").put("role", "assistant").put("content", "");
    tokens.forEach(choice.putArray("token_ids")::add);
    ArrayNode content = choice.putObject("logprobs").putArray("content");
    for (int i = 0; i < tokens.size(); i++) {
      ObjectNode place = named(content.addObject(), i, tokens.get(i));
      ArrayNode top = place.putArray("top_logprobs");
      for (int token : sampledAndLikeliest(i).limit(candidates).toArray()) {
        named(top.addObject(), i, token);
      }
    }
    return choice;
  }

  private ObjectNode named(ObjectNode to, int place, int token) {
    to.put("token", "token_id:" + token).put("logprob", said(distributions.get(place)[token]));
    return to.putNull("bytes");
  }

  /**
   * @param spans whether it says which weights sampled which token
   */
  ObjectNode toSglang(boolean spans) {
    ObjectNode reply = ServerClient.JSON.createObjectNode();
    reply.put("text", "");
    tokens.forEach(reply.putArray("output_ids")::add);
    ObjectNode meta = reply.putObject("meta_info");
    ObjectNode finish = meta.putObject("finish_reason").put("type", ending());
    stoppedBy.ifPresent(by -> finish.set("matched", by));
    meta.put("weight_version", versions.get(versions.size() - 1));
    if (spans) {
      spans(meta.putArray("weight_versions"));
    }
    ArrayNode sampledHere = meta.putArray("output_token_logprobs");
    ArrayNode top = meta.putArray("output_top_logprobs");
    for (int i = 0; i < tokens.size(); i++) {
      double[] place = distributions.get(i);
      sampledHere.add(triple(place, tokens.get(i)));
      ArrayNode likely = top.addArray();
      for (int token : likeliest(place)) {
        likely.add(triple(place, token));
      }
    }
    return reply;
  }

  private ArrayNode triple(double[] place, int token) {
    ArrayNode triple = ServerClient.JSON.createArrayNode();
    return triple.add(said(place[token])).add(token).addNull();
  }

  private void spans(ArrayNode spans) {
    int start = 0;
    for (int i = 1; i <= versions.size(); i++) {
      if (i == versions.size() || !versions.get(i).equals(versions.get(start))) {
        spans.addObject().put("version", versions.get(start)).put("start", start).put("end", i);
        start = i;
      }
    }
  }

  private void places(ArrayNode content) {
    for (int i = 0; i < tokens.size(); i++) {
      ObjectNode place = content.addObject();
      place.put("token_id", tokens.get(i));
      place.put("logprob", said(distributions.get(i)[tokens.get(i)]));
      ArrayNode top = place.putArray("top_logprobs");
      for (int token : sampledAndLikeliest(i).limit(candidates).toArray()) {
        top.addObject().put("token_id", token).put("logprob", said(distributions.get(i)[token]));
      }
    }
  }

  private void columns(ObjectNode logprobs) {
    ArrayNode numbers = logprobs.putArray("token_logprobs");
    ArrayNode names = logprobs.putArray("tokens");
    ArrayNode top = logprobs.putArray("top_logprobs");
    for (int i = 0; i < tokens.size(); i++) {
      numbers.add(said(distributions.get(i)[tokens.get(i)]));
      names.add("token_id:" + tokens.get(i));
      Map<String, Double> likely = new TreeMap<>();
      for (int token : sampledAndLikeliest(i).toArray()) {
        likely.put("token_id:" + token, said(distributions.get(i)[token]));
      }
      ObjectNode place = top.addObject();
      likely.forEach(place::put);
    }
  }

  private double said(double logProb) {
    return Double.isFinite(logProb) ? (float) logProb : -9999.0;
  }

  /**
   * As vLLM has them: but for one route it cuts the list, so that the last of the likeliest is
   * lost.
   */
  private IntStream sampledAndLikeliest(int place) {
    return IntStream.concat(
            IntStream.of(tokens.get(place)), IntStream.of(likeliest(distributions.get(place))))
        .distinct();
  }

  private int[] likeliest(double[] logProbs) {
    return IntStream.range(0, logProbs.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer t) -> logProbs[t]).reversed())
        .limit(candidates)
        .mapToInt(t -> t)
        .toArray();
  }
}
