package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.producer.server.Answer.Span;
import java.util.ArrayList;
import java.util.List;

/** Reads required fields of a server's reply. */
final class Fields {
  private Fields() {}

  static JsonNode array(JsonNode node, String name) {
    return array(node.path(name), name, -1);
  }

  /**
   * @param place of which it is the list; -1 where there is one alone
   */
  static JsonNode array(JsonNode value, String name, int place) {
    if (!value.isArray()) {
      throw new RefusedAnswerException(
          "the answer has no list " + name + (place < 0 ? "" : " at place " + place));
    }
    return value;
  }

  static String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    if (!value.isTextual()) {
      throw new RefusedAnswerException("the answer has no text " + name);
    }
    return value.asText();
  }

  static int integer(JsonNode value, String name) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new RefusedAnswerException("the answer has no whole number " + name);
    }
    return value.intValue();
  }

  static int[] integers(JsonNode node, String name) {
    JsonNode values = array(node, name);
    int[] numbers = new int[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = integer(values.get(i), name);
    }
    return numbers;
  }

  /**
   * @throws RefusedAnswerException unless there is a number for each token
   */
  static void sameLength(int tokens, int numbers) {
    if (tokens != numbers) {
      throw new RefusedAnswerException(
          "it has %d tokens, but log-probabilities for %d".formatted(tokens, numbers));
    }
  }

  /**
   * @throws RefusedAnswerException unless the log-probability at a place is that of its token
   */
  static void sameToken(int token, int scored, int place) {
    if (token != scored) {
      throw new RefusedAnswerException(
          "token %d at place %d has the log-probability of token %d"
              .formatted(token, place, scored));
    }
  }

  /** Not a number where there is none. */
  static double number(JsonNode value) {
    return value.isNumber() ? value.doubleValue() : Double.NaN;
  }

  /** Which weights sampled which tokens, as vLLM and SGLang both write it. */
  static List<Span> spans(JsonNode node) {
    List<Span> spans = new ArrayList<>();
    for (JsonNode span : array(node, "weight_versions")) {
      spans.add(
          new Span(
              text(span, "version"),
              integer(span.path("start"), "start"),
              integer(span.path("end"), "end")));
    }
    return spans;
  }
}
