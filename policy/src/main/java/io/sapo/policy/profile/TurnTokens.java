package io.sapo.policy.profile;

import io.sapo.jinja.JinjaException;
import io.sapo.policy.text.AddedToken;
import io.sapo.policy.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Added tokens that structure a chat although tokenizer.json does not call them special, as
 * DeepSeek's distilled models have {@code <｜User｜>} and {@code <｜Assistant｜>}: those that the
 * template itself writes into a chat of messages without calls of tools. Those that it writes
 * around calls alone ({@code <｜tool▁calls▁begin｜>}, {@code <｜tool▁sep｜>}) are the model's own, as
 * {@code <tool_call>} is: it samples them, and a text may hold them. Tags in pairs ({@code
 * <think>…</think>}) belong to a text, unless they stand right around the user's. So does white
 * space that is a token.
 */
final class TurnTokens {
  private static final String TEXT = "Hi";

  private final ChatTemplate template;
  private final Map<String, Object> settings;
  private final Tokenizer tokenizer;
  private final Map<Integer, AddedToken> ordinary = new HashMap<>();
  private final Set<String> names = new HashSet<>();

  private TurnTokens(ChatTemplate template, Map<String, Object> settings, Tokenizer tokenizer) {
    this.template = template;
    this.settings = settings;
    this.tokenizer = tokenizer;
    for (AddedToken token : tokenizer.addedTokens()) {
      names.add(token.content());
      if (!token.special() && !token.content().isBlank()) {
        ordinary.put(token.id(), token);
      }
    }
  }

  /** Their ids, ascending; of chats that the template refuses, none. */
  static Set<Integer> of(ChatTemplate template, Map<String, Object> settings, Tokenizer tokenizer) {
    return new TurnTokens(template, settings, tokenizer).find();
  }

  private Set<Integer> find() {
    Set<Integer> found = new TreeSet<>();
    if (ordinary.isEmpty()) {
      return found;
    }
    for (List<String> roles :
        List.of(
            List.of("user"),
            List.of("system", "user"),
            List.of("user", "assistant", "user"),
            List.of("user", "assistant", "tool"))) {
      int[] chat = tokenizer.encode(rendered(roles));
      Arrays.stream(chat).filter(this::unpaired).forEach(found::add);
    }
    String user = rendered(List.of("user"));
    int text = user.lastIndexOf(TEXT);
    if (text >= 0) {
      int[] before = tokenizer.encode(user.substring(0, text).strip());
      int[] behind = tokenizer.encode(user.substring(text + TEXT.length()).strip());
      if (before.length > 0 && ordinary.containsKey(before[before.length - 1])) {
        found.add(before[before.length - 1]);
      }
      if (behind.length > 0 && ordinary.containsKey(behind[0])) {
        found.add(behind[0]);
      }
    }
    return found;
  }

  private String rendered(List<String> roles) {
    Object content = template.partsOnly() ? List.of(Map.of("type", "text", "text", TEXT)) : TEXT;
    List<Map<String, Object>> messages = new ArrayList<>();
    roles.forEach(role -> messages.add(Map.of("role", role, "content", content)));
    try {
      return template.renderClosed(messages, true, settings);
    } catch (JinjaException e) {
      return ""; // a template for chats of another shape
    }
  }

  private boolean unpaired(int token) {
    AddedToken added = ordinary.get(token);
    return added != null && !paired(added.content());
  }

  /** Whether there is the same name with a stroke behind its first character, or without. */
  private boolean paired(String name) {
    return name.length() > 2
        && names.contains(
            name.charAt(1) == '/'
                ? name.charAt(0) + name.substring(2)
                : name.charAt(0) + "/" + name.substring(1));
  }
}
