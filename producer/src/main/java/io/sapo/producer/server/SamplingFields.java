package io.sapo.producer.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.generation.Sampling;

/** The sampling parameters that all kinds of servers call by the same names. */
final class SamplingFields {
  private static final int BANNED = -100;

  private SamplingFields() {}

  /**
   * Writes all of them, so that no default of the server's or of the checkpoint's has a say. What a
   * kind of server has names of its own for, the caller adds: length, top-k, seed, candidates.
   */
  static void put(ObjectNode to, Dialect.CompletionRequest wanted, ResponseRules rules) {
    Sampling sampling = wanted.sampling();
    to.put("n", wanted.count());
    to.put("temperature", sampling.temperature());
    to.put("top_p", sampling.topP());
    to.put("min_p", 0);
    to.put("presence_penalty", 0);
    to.put("frequency_penalty", 0);
    to.put("repetition_penalty", 1);
    to.put("ignore_eos", true);
    ArrayNode stops = to.putArray("stop_token_ids");
    rules.stops().forEach(stops::add);
    if (!wanted.stops().isEmpty()) {
      ArrayNode texts = to.putArray("stop");
      wanted.stops().forEach(texts::add);
    }
    if (!rules.banned().isEmpty()) {
      ObjectNode bias = to.putObject("logit_bias");
      rules.banned().forEach(token -> bias.put(Integer.toString(token), BANNED));
    }
  }
}
