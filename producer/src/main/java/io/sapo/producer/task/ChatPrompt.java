package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.schemas.ChatMessage;
import io.sapo.schemas.ContentPart;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A prompt as a row has it: text, or a list of chat messages. Where there are pictures, {@code
 * <image>} in a text stands for the next of them; without one they go before the text of the last
 * user message.
 *
 * @param text for people
 * @param messages empty for a text with its pictures, if any, before it
 * @param images those of the row, or those that the messages hold themselves
 */
record ChatPrompt(String text, List<ChatMessage> messages, List<ImageSource> images) {
  private static final String PLACEHOLDER = "<image>";
  private static final String USER = "user";
  private static final Set<String> ROLES = Set.of("system", USER, "assistant");
  private static final int MAX_MESSAGES = 1_000;

  /**
   * @param images of the row
   * @throws IllegalArgumentException when it is neither, or places and pictures do not match
   */
  static ChatPrompt of(JsonNode prompt, List<ImageSource> images) {
    if (prompt.isTextual()) {
      String text = prompt.asText();
      boolean placed = !images.isEmpty() && text.contains(PLACEHOLDER);
      List<ChatMessage> messages = placed ? List.of(new ChatMessage(USER, split(text))) : List.of();
      return placed ? checked(messages, images) : new ChatPrompt(text, List.of(), images);
    }
    if (!prompt.isArray() || prompt.isEmpty() || prompt.size() > MAX_MESSAGES) {
      throw new IllegalArgumentException(
          "the prompt is neither text nor a list of 1 to " + MAX_MESSAGES + " chat messages");
    }
    return chat(prompt, images);
  }

  /** The same with a text behind the last user message, after an empty line. */
  ChatPrompt with(String instruction) {
    String addition = "\n\n" + instruction;
    if (messages.isEmpty()) {
      return new ChatPrompt(text + addition, messages, images);
    }
    List<ChatMessage> all = new ArrayList<>(messages);
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).getRole().equals(USER)) {
        List<ContentPart> parts = new ArrayList<>(all.get(i).getContent());
        int last = parts.size() - 1;
        boolean text = last >= 0 && parts.get(last).getText() != null;
        String before = text ? parts.remove(last).getText() : "";
        parts.add(new ContentPart(before + addition));
        all.set(i, new ChatMessage(USER, parts));
        return new ChatPrompt(readable(all), all, images);
      }
    }
    return this;
  }

  private static ChatPrompt chat(JsonNode prompt, List<ImageSource> images) {
    List<ImageSource> all = new ArrayList<>(images);
    boolean pictures = !images.isEmpty();
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 0; i < prompt.size(); i++) {
      try {
        messages.add(message(prompt.get(i), pictures, all));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("message %d %s".formatted(i, e.getMessage()), e);
      }
    }
    if (messages.get(messages.size() - 1).getRole().equals("assistant")) {
      throw new IllegalArgumentException("the last message is the assistant's, not a question");
    }
    if (places(messages) == 0) {
      placeBeforeQuestion(messages, all.size());
    }
    return checked(messages, all);
  }

  private static ChatMessage message(JsonNode message, boolean pictures, List<ImageSource> all) {
    JsonNode role = message.path("role");
    if (!role.isTextual() || !ROLES.contains(role.asText())) {
      throw new IllegalArgumentException("has no role of " + ROLES.stream().sorted().toList());
    }
    for (Iterator<Map.Entry<String, JsonNode>> fields = message.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      boolean known = field.getKey().equals("role") || field.getKey().equals("content");
      if (!known && !empty(field.getValue())) {
        throw new IllegalArgumentException(
            "has '%s'; role and content are taken".formatted(field.getKey()));
      }
    }
    return new ChatMessage(role.asText(), content(message.path("content"), pictures, all));
  }

  private static boolean empty(JsonNode value) {
    return value.isNull() || value.isContainerNode() && value.isEmpty();
  }

  private static List<ContentPart> content(
      JsonNode content, boolean pictures, List<ImageSource> all) {
    if (content.isTextual()) {
      return pictures ? split(content.asText()) : List.of(new ContentPart(content.asText()));
    }
    if (!content.isArray()) {
      throw new IllegalArgumentException("has no content");
    }
    List<ContentPart> parts = new ArrayList<>();
    for (JsonNode part : content) {
      switch (part.path("type").asText()) {
        case "text" -> parts.add(new ContentPart(RowFields.text(part, "text")));
        case "image" -> {
          boolean own =
              part.hasNonNull("image") || part.hasNonNull("path") || part.hasNonNull("bytes");
          if (own && pictures) {
            throw new IllegalArgumentException(
                "has a picture of its own, and the row has pictures beside the messages");
          }
          if (own) {
            all.add(RowFields.image(part, "content"));
          }
          parts.add(new ContentPart(null));
        }
        default ->
            throw new IllegalArgumentException(
                "has content of type '%s'; text and image are taken"
                    .formatted(part.path("type").asText()));
      }
    }
    return parts;
  }

  private static List<ContentPart> split(String text) {
    List<ContentPart> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(PLACEHOLDER); at >= 0; at = text.indexOf(PLACEHOLDER, from)) {
      addText(parts, text.substring(from, at));
      parts.add(new ContentPart(null));
      from = at + PLACEHOLDER.length();
    }
    addText(parts, text.substring(from));
    return parts;
  }

  private static void addText(List<ContentPart> parts, String text) {
    if (!text.isEmpty()) {
      parts.add(new ContentPart(text));
    }
  }

  private static void placeBeforeQuestion(List<ChatMessage> messages, int pictures) {
    for (int i = messages.size() - 1; i >= 0 && pictures > 0; i--) {
      if (messages.get(i).getRole().equals(USER)) {
        List<ContentPart> parts = new ArrayList<>();
        for (int picture = 0; picture < pictures; picture++) {
          parts.add(new ContentPart(null));
        }
        parts.addAll(messages.get(i).getContent());
        messages.set(i, new ChatMessage(USER, parts));
        return;
      }
    }
  }

  private static long places(List<ChatMessage> messages) {
    return messages.stream()
        .flatMap(message -> message.getContent().stream())
        .filter(part -> part.getText() == null)
        .count();
  }

  private static ChatPrompt checked(List<ChatMessage> messages, List<ImageSource> images) {
    long places = places(messages);
    if (places != images.size()) {
      throw new IllegalArgumentException(
          "the prompt has %d places for %d pictures".formatted(places, images.size()));
    }
    return new ChatPrompt(readable(messages), messages, images);
  }

  private static String readable(List<ChatMessage> messages) {
    if (messages.size() == 1) {
      return text(messages.get(0));
    }
    return messages.stream()
        .map(message -> message.getRole() + ": " + text(message))
        .collect(Collectors.joining("\n"));
  }

  private static String text(ChatMessage message) {
    return message.getContent().stream()
        .map(ContentPart::getText)
        .filter(text -> text != null)
        .collect(Collectors.joining());
  }
}
