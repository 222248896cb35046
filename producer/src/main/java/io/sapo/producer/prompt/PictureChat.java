package io.sapo.producer.prompt;

import io.sapo.schemas.ChatMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A prompt with pictures as others than this process take it.
 *
 * @param messages a part without text is the place of the next picture
 * @param pictures each a PNG of the pixels that the network is given, in the order of their places;
 *     nobody may write to them
 * @param templateSettings what the chat template looks up beside the messages
 */
public record PictureChat(
    List<ChatMessage> messages, List<byte[]> pictures, Map<String, Object> templateSettings) {
  private static final String ASSISTANT = "assistant";

  public PictureChat {
    messages = List.copyOf(messages);
    pictures = List.copyOf(pictures);
    templateSettings = new LinkedHashMap<>(templateSettings);
  }

  /** Whether the last message is the assistant's and left open, for the response to go on with. */
  public boolean open() {
    return !messages.isEmpty() && messages.get(messages.size() - 1).getRole().equals(ASSISTANT);
  }
}
