package io.sapo.policy.profile;

import io.sapo.jinja.JinjaException;
import io.sapo.jinja.JinjaTemplate;
import io.sapo.jinja.PyText;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A checkpoint's own chat template, rendered as {@code apply_chat_template} of the public library
 * does. Immutable; safe for use from several threads.
 */
public final class ChatTemplate {
  private static final String PROBE = "PROBE";

  /** Put behind the message to go on with, to find the place where its text ends. */
  private static final String END_OF_FINAL_MESSAGE = "CONTINUE_FINAL_MESSAGE_TAG ";

  private final JinjaTemplate template;
  private final Map<String, String> specialTokens;
  private final Supplier<LocalDateTime> now;
  private final boolean partsOnly;

  private ChatTemplate(
      JinjaTemplate template, Map<String, String> specialTokens, Supplier<LocalDateTime> now) {
    this.template = template;
    this.specialTokens = specialTokens;
    this.now = now;
    this.partsOnly = !shows(PROBE) && shows(List.of(Map.of("type", "text", "text", PROBE)));
  }

  /** Whether a message's content of that form comes through. */
  private boolean shows(Object content) {
    try {
      return renderClosed(List.of(Map.of("role", "user", "content", content)), true, Map.of())
          .contains(PROBE);
    } catch (JinjaException e) {
      return false;
    }
  }

  /** Whether the template takes a content only as a list of parts, text too. */
  public boolean partsOnly() {
    return partsOnly;
  }

  /**
   * @param where file the text comes from, for messages
   * @param specialTokens text by role, such as {@code bos_token}; a role that is not there is
   *     undefined in the template
   * @param now clock behind {@code strftime_now}
   * @throws InvalidCheckpointException when the text is no template
   */
  public static ChatTemplate parse(
      String text, String where, Map<String, String> specialTokens, Supplier<LocalDateTime> now) {
    try {
      return new ChatTemplate(JinjaTemplate.parse(text), new LinkedHashMap<>(specialTokens), now);
    } catch (JinjaException e) {
      throw new InvalidCheckpointException(where + ": chat template: " + e.getMessage(), e);
    }
  }

  /**
   * The text to answer: the messages and the beginning of the assistant's turn, or, when the last
   * message is the assistant's, the messages with that one left open.
   *
   * @param messages each with {@code role} and {@code content}; the content a string or a list of
   *     parts
   * @param extra what else the template may look up, such as {@code tools} or {@code
   *     enable_thinking}
   * @throws JinjaException when the template refuses the messages, does not fit them or takes too
   *     much
   */
  public String render(List<? extends Map<String, ?>> messages, Map<String, ?> extra) {
    boolean open =
        !messages.isEmpty() && "assistant".equals(messages.get(messages.size() - 1).get("role"));
    return open ? renderOpen(messages, extra) : renderClosed(messages, !open, extra);
  }

  /**
   * @param addGenerationPrompt whether the assistant's turn is begun
   */
  String renderClosed(
      List<? extends Map<String, ?>> messages, boolean addGenerationPrompt, Map<String, ?> extra) {
    Map<String, Object> names = new LinkedHashMap<>(specialTokens);
    names.put("messages", messages);
    names.put("tools", null);
    names.put("documents", null);
    names.put("add_generation_prompt", addGenerationPrompt);
    names.putAll(extra);
    return template.render(names, now);
  }

  /** The messages without what the template puts behind the last one's text. */
  String renderOpen(List<? extends Map<String, ?>> messages, Map<String, ?> extra) {
    if (messages.isEmpty()) {
      throw unusable("there is no message to continue");
    }
    List<Map<String, Object>> marked = new ArrayList<>();
    messages.forEach(message -> marked.add(new LinkedHashMap<>(message)));
    String last = mark(marked.get(marked.size() - 1));
    String rendered = renderClosed(marked, false, extra);
    String tag = END_OF_FINAL_MESSAGE.strip();
    int end = rendered.lastIndexOf(tag);
    if (end < 0 || !rendered.contains(PyText.strip(last))) {
      throw unusable("the template leaves out the assistant's message that is to be continued");
    }
    boolean spaced = rendered.startsWith(END_OF_FINAL_MESSAGE, end);
    String before = rendered.substring(0, end);
    return spaced ? before : PyText.stripRight(before);
  }

  /** Puts the tag behind a message's text and returns that text. */
  @SuppressWarnings("unchecked")
  private static String mark(Map<String, Object> message) {
    if (message.get("content") instanceof String text) {
      message.put("content", text + END_OF_FINAL_MESSAGE);
      return text;
    }
    if (message.get("content") instanceof List<?> parts) {
      List<Object> marked = new ArrayList<>(parts);
      for (int i = parts.size() - 1; i >= 0; i--) {
        if (parts.get(i) instanceof Map<?, ?> part && part.get("text") instanceof String text) {
          Map<String, Object> copy = new LinkedHashMap<>((Map<String, Object>) part);
          copy.put("text", text + END_OF_FINAL_MESSAGE);
          marked.set(i, copy);
          message.put("content", marked);
          return text;
        }
      }
    }
    throw unusable("the assistant's message that is to be continued has no text");
  }

  private static JinjaException unusable(String why) {
    return JinjaException.refusal(why);
  }
}
