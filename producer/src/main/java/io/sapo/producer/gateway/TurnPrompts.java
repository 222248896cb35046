package io.sapo.producer.gateway;

import io.sapo.jinja.JinjaException;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ToolCallForm;
import io.sapo.policy.text.GrowingText;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.GatewayException.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Messages as tokens, by the checkpoint's chat template. Thread-safe. */
final class TurnPrompts {
  private final CheckpointProfile profile;

  /**
   * @param profile stays the caller's
   * @throws IllegalArgumentException when the checkpoint has no chat template
   */
  TurnPrompts(CheckpointProfile profile) {
    if (!profile.chats()) {
      throw new IllegalArgumentException(
          profile.folder().path() + ": has no chat template; a gateway needs a model that chats");
    }
    this.profile = profile;
  }

  /** What was generated, special tokens omitted. */
  String text(Generation generation) {
    return profile.tokenizer().decodeResponse(generation.tokens()).text();
  }

  /** Begins the text of what is generated. */
  GrowingText growingText() {
    return profile.tokenizer().growingText();
  }

  /** How calls of tools are written; there where a request with tools was taken. */
  Optional<ToolCallForm> toolCalls() {
    return profile.toolCalls();
  }

  /** No token stands for more characters. */
  int longestToken() {
    return profile.tokenizer().longestToken();
  }

  /**
   * The tokens of a conversation that begins.
   *
   * @throws GatewayException when the template refuses it or has no tools, or a text holds a
   *     control token
   */
  int[] first(ChatRequest request) {
    requireTools(request);
    refuseControlTokens(request.tools().json());
    request.messages().forEach(this::refuseControlTokens);
    return profile.tokenizer().encode(text(request.messages(), request.tools()));
  }

  private void requireTools(ChatRequest request) {
    boolean inMessages =
        request.messages().stream()
            .anyMatch(message -> !message.calls().isEmpty() || !message.answers().isEmpty());
    if (profile.toolCalls().isEmpty() && (inMessages || !request.tools().isEmpty())) {
      throw new GatewayException(
          Kind.UNSUPPORTED,
          inMessages ? ChatRequest.MESSAGES : "tools",
          "the checkpoint's chat template has no tools, or calls in a form that is not read here"
              + " (<tool_call> with JSON, Llama 3's JSON)");
    }
  }

  /**
   * The tokens between a conversation's last answer and the next one.
   *
   * @param said all messages, the last answer and what follows it included; what was generated as
   *     it was written
   * @param answers place of the last answer among them
   * @param generated the tokens of the last answer
   * @return empty where the template does not simply go on after that answer
   */
  Optional<int[]> next(List<Message> said, Tools tools, int answers, int[] generated) {
    said.subList(answers + 1, said.size()).forEach(this::refuseControlTokens);
    String before = text(said.subList(0, answers), tools);
    String now = text(said, tools);
    String answer = said.get(answers).text();
    if (!now.startsWith(before + answer)) {
      // Many templates strip a message, of which a stop text is often the end of a line.
      answer = answer.strip();
      if (!now.startsWith(before + answer)) {
        return Optional.empty();
      }
    }
    String rest = now.substring(before.length() + answer.length());
    int last = generated[generated.length - 1];
    if (profile.stopTokens().contains(last)) {
      String end = profile.tokenizer().decodeAll(new int[] {last});
      if (!rest.startsWith(end)) {
        return Optional.empty();
      }
      rest = rest.substring(end.length());
    }
    int[] tokens = profile.tokenizer().encode(rest);
    return tokens.length == 0 ? Optional.empty() : Optional.of(tokens);
  }

  private String text(List<Message> messages, Tools tools) {
    try {
      return profile.chat(messages.stream().map(this::forTemplate).toList(), tools.functions());
    } catch (JinjaException e) {
      throw new GatewayException(
          Kind.BAD_REQUEST,
          ChatRequest.MESSAGES,
          "the chat template refuses the messages: " + e.getMessage());
    }
  }

  private Map<String, Object> forTemplate(Message message) {
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("role", message.role());
    found.put(
        "content",
        profile.partsOnly()
            ? List.of(Map.of("type", "text", "text", message.text()))
            : message.text());
    if (!message.calls().isEmpty()) {
      found.put("tool_calls", message.calls().stream().map(ToolCall::forTemplate).toList());
    }
    if (!message.answers().isEmpty()) {
      found.put("tool_call_id", message.answers());
    }
    return found;
  }

  private void refuseControlTokens(Message message) {
    refuseControlTokens(message.role());
    refuseControlTokens(message.text());
    refuseControlTokens(message.answers());
    for (ToolCall call : message.calls()) {
      refuseControlTokens(call.id());
      refuseControlTokens(call.name());
      refuseControlTokens(call.arguments());
      refuseControlTokens(call.writtenArguments());
    }
  }

  private void refuseControlTokens(String text) {
    Optional<String> control = profile.controlTokenIn(text);
    if (control.isPresent()) {
      throw new GatewayException(
          Kind.BAD_REQUEST,
          ChatRequest.MESSAGES,
          "a message holds %s, which structures prompts of this model".formatted(control.get()));
    }
  }
}
