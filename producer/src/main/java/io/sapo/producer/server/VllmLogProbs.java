package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.producer.server.Answer.Candidates;
import java.util.List;
import java.util.Map;

/** The three forms in which vLLM reports log-probabilities. */
final class VllmLogProbs {
  private static final String TOKEN_ID = "token_id:";

  private VllmLogProbs() {}

  static void ofPlaces(
      JsonNode places, int[] tokens, double[] logProbs, List<Candidates> candidates) {
    Fields.sameLength(tokens.length, places.size());
    for (int i = 0; i < tokens.length; i++) {
      JsonNode place = places.get(i);
      Fields.sameToken(tokens[i], Fields.integer(place.path("token_id"), "token_id"), i);
      logProbs[i] = Fields.number(place.path("logprob"));
      JsonNode likeliest = Fields.array(place, "top_logprobs");
      int[] ids = new int[likeliest.size()];
      double[] numbers = new double[ids.length];
      for (int c = 0; c < ids.length; c++) {
        ids[c] = Fields.integer(likeliest.get(c).path("token_id"), "token_id");
        numbers[c] = Fields.number(likeliest.get(c).path("logprob"));
      }
      candidates.add(new Candidates(ids, numbers));
    }
  }

  static void ofColumns(
      JsonNode given, int[] tokens, double[] logProbs, List<Candidates> candidates) {
    JsonNode names = Fields.array(given, "tokens");
    JsonNode numbers = Fields.array(given, "token_logprobs");
    JsonNode likeliest = Fields.array(given, "top_logprobs");
    Fields.sameLength(tokens.length, names.size());
    Fields.sameLength(tokens.length, numbers.size());
    Fields.sameLength(tokens.length, likeliest.size());
    for (int i = 0; i < tokens.length; i++) {
      Fields.sameToken(tokens[i], idOf(names.get(i).asText()), i);
      logProbs[i] = Fields.number(numbers.get(i));
      int[] ids = new int[likeliest.get(i).size()];
      double[] likely = new double[ids.length];
      int c = 0;
      for (Map.Entry<String, JsonNode> candidate : likeliest.get(i).properties()) {
        ids[c] = idOf(candidate.getKey());
        likely[c++] = Fields.number(candidate.getValue());
      }
      candidates.add(new Candidates(ids, likely));
    }
  }

  /** Of the chat form: places whose tokens go by name. */
  static void ofNamedPlaces(
      JsonNode places, int[] tokens, double[] logProbs, List<Candidates> candidates) {
    Fields.sameLength(tokens.length, places.size());
    for (int i = 0; i < tokens.length; i++) {
      JsonNode place = places.get(i);
      Fields.sameToken(tokens[i], idOf(Fields.text(place, "token")), i);
      logProbs[i] = Fields.number(place.path("logprob"));
      JsonNode likeliest = Fields.array(place, "top_logprobs");
      int[] ids = new int[likeliest.size()];
      double[] numbers = new double[ids.length];
      for (int c = 0; c < ids.length; c++) {
        ids[c] = idOf(Fields.text(likeliest.get(c), "token"));
        numbers[c] = Fields.number(likeliest.get(c).path("logprob"));
      }
      candidates.add(new Candidates(ids, numbers));
    }
  }

  private static int idOf(String name) {
    try {
      if (name.startsWith(TOKEN_ID)) {
        return Integer.parseInt(name.substring(TOKEN_ID.length()));
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new RefusedAnswerException("'" + name + "' is no token by its number");
  }
}
