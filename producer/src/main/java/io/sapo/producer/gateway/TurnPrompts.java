package io.sapo.producer.gateway;

import io.sapo.jinja.JinjaException;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.GatewayException.Kind;
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

  /** No token stands for more characters. */
  int longestToken() {
    return profile.tokenizer().longestToken();
  }

  /**
   * The tokens of a conversation that begins.
   *
   * @throws GatewayException when the template refuses it, or a text holds a control token
   */
  int[] first(List<Message> messages) {
    for (Message message : messages) {
      refuseControlTokens(message.role());
      refuseControlTokens(message.text());
    }
    return profile.tokenizer().encode(text(messages));
  }

  /**
   * The tokens between a conversation's last answer and the next one.
   *
   * @param said all messages, the last answer and what follows it included
   * @param answers place of the last answer among them
   * @param generated the tokens of the last answer
   * @return empty where the template does not simply go on after that answer
   */
  Optional<int[]> next(List<Message> said, int answers, int[] generated) {
    for (Message message : said.subList(answers + 1, said.size())) {
      refuseControlTokens(message.role());
      refuseControlTokens(message.text());
    }
    String before = text(said.subList(0, answers)) + said.get(answers).text();
    String now = text(said);
    if (!now.startsWith(before)) {
      return Optional.empty();
    }
    String rest = now.substring(before.length());
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

  private String text(List<Message> messages) {
    try {
      return profile.chat(messages.stream().map(this::forTemplate).toList());
    } catch (JinjaException e) {
      throw new GatewayException(
          Kind.BAD_REQUEST,
          ChatRequest.MESSAGES,
          "the chat template refuses the messages: " + e.getMessage());
    }
  }

  private Map<String, Object> forTemplate(Message message) {
    return profile.partsOnly()
        ? Map.of(
            "role",
            message.role(),
            "content",
            List.of(Map.of("type", "text", "text", message.text())))
        : Map.of("role", message.role(), "content", message.text());
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
