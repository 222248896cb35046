package io.sapo.producer.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sapo.policy.profile.ToolCallForm;
import io.sapo.producer.gateway.ChatRequest.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A generated turn, as the model wrote it and as the caller sees it.
 *
 * @param written decoded, special tokens omitted
 * @param text up to a stop text, without calls of tools
 * @param calls none where no tools were offered, or nothing that was written is a call
 */
record Answer(String written, String text, List<ToolCall> calls) {

  /** Numbers stay as they were written. */
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

  private static final String OPEN = "<tool_call>";
  private static final String CLOSE = "</tool_call>";
  private static final List<String> ARGUMENTS = List.of("arguments", "parameters");

  /** An answer without tools, nor a stop text. */
  static Answer plain(String written) {
    return plain(written, written);
  }

  /**
   * An answer without tools.
   *
   * @param shown what comes before a stop text
   */
  static Answer plain(String written, String shown) {
    return new Answer(written, shown, List.of());
  }

  /**
   * Reads the calls out of an answer. Where one of them is no JSON, or lacks a name or arguments,
   * the whole is text: half of what a model asked for is not done.
   *
   * @param shown what comes before a stop text: no more is read
   * @param ids names for calls, each another
   */
  static Answer withCalls(String written, String shown, ToolCallForm form, Supplier<String> ids) {
    String text = "";
    List<String> bodies = List.of(shown);
    if (form == ToolCallForm.TAGGED) {
      int first = shown.indexOf(OPEN);
      text = first < 0 ? shown : shown.substring(0, first);
      bodies = tagged(shown, first);
    }
    List<ToolCall> calls = new ArrayList<>();
    for (String body : bodies) {
      Optional<ToolCall> call = call(body, ids);
      if (call.isEmpty()) {
        return plain(written, shown);
      }
      calls.add(call.get());
    }
    return calls.isEmpty() ? plain(written, shown) : new Answer(written, text.strip(), calls);
  }

  /** A call at the end may lack its closing tag: the model may end its turn in place of it. */
  private static List<String> tagged(String shown, int first) {
    List<String> bodies = new ArrayList<>();
    int open = first;
    while (open >= 0) {
      int from = open + OPEN.length();
      int close = shown.indexOf(CLOSE, from);
      bodies.add(shown.substring(from, close < 0 ? shown.length() : close));
      open = close < 0 ? -1 : shown.indexOf(OPEN, close);
    }
    return bodies;
  }

  private static Optional<ToolCall> call(String body, Supplier<String> ids) {
    JsonNode call;
    try {
      call = JSON.readTree(body);
    } catch (JsonProcessingException | NumberFormatException e) {
      // The latter, unwrapped, of exponents that no BigDecimal has.
      return Optional.empty();
    }
    return ARGUMENTS.stream()
        .map(call::path)
        .filter(arguments -> arguments.isObject() && call.path("name").isTextual())
        .findFirst()
        .map(arguments -> new ToolCall(ids.get(), call.get("name").asText(), arguments.toString()));
  }

  Message seen() {
    return Message.ofAssistant(text, calls);
  }

  Message asWritten() {
    return Message.ofAssistant(written, List.of());
  }
}
