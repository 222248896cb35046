package io.sapo.policy.profile;

import io.sapo.jinja.JinjaException;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The plainest chats, rendered before anything starts: a template that can make none of them, or
 * wants what it may not have, is refused then and not task by task.
 */
final class TemplateTrial {
  private static final String TEXT = "Hi";

  /** For a template that is for chats with tools. */
  static final Map<String, Object> TOOL =
      Map.of(
          "type",
          "function",
          "function",
          Map.of(
              "name",
              "look",
              "description",
              TEXT,
              "parameters",
              Map.of(
                  "type",
                  "object",
                  "properties",
                  Map.of("at", Map.of("type", "string", "description", TEXT)),
                  "required",
                  List.of("at"))));

  private static final Map<String, Object> USER = Map.of("role", "user", "content", TEXT);
  private static final List<List<Map<String, Object>>> CHATS =
      List.of(
          List.of(USER),
          List.of(Map.of("role", "user", "content", List.of(Map.of("type", "text", "text", TEXT)))),
          List.of(Map.of("role", "system", "content", TEXT), USER));

  private TemplateTrial() {}

  /**
   * A template may turn chats away in words of its own; what it says then is for whoever brings
   * tasks of that shape.
   *
   * @param vocabulary of the model; the tokenizer may have tokens beyond it
   * @param where file the template comes from, for messages
   * @throws InvalidCheckpointException when the template cannot be used
   */
  static void of(
      ChatTemplate template,
      Map<String, Object> settings,
      Tokenizer tokenizer,
      int vocabulary,
      String where) {
    JinjaException first = null;
    for (List<Map<String, Object>> chat : CHATS) {
      try {
        refuseForeignTokens(template.render(chat, settings), tokenizer, vocabulary, where);
        return;
      } catch (JinjaException e) {
        if (e.kind() == JinjaException.Kind.RAISED) {
          return;
        }
        first = first == null ? e : first;
        if (e.kind() != JinjaException.Kind.VALUE) {
          break; // no other chat would be less work, or less forbidden
        }
      }
    }
    throw new InvalidCheckpointException(
        where + ": chat template: renders no chat at all: " + first.getMessage(), first);
  }

  private static void refuseForeignTokens(
      String chat, Tokenizer tokenizer, int vocabulary, String where) {
    Arrays.stream(tokenizer.encode(chat))
        .filter(token -> token >= vocabulary)
        .findFirst()
        .ifPresent(
            token -> {
              throw new InvalidCheckpointException(
                  "%s: chat template: writes token %d, '%s', but the model's vocab_size is %d"
                      .formatted(where, token, tokenizer.name(token), vocabulary));
            });
  }
}
