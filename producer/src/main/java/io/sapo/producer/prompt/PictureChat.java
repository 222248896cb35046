package io.sapo.producer.prompt;

import io.sapo.schemas.ChatMessage;
import java.util.List;

/**
 * A prompt with pictures as others than this process take it.
 *
 * @param messages a part without text is the place of the next picture
 * @param pictures each a PNG of the pixels that the network is given, in the order of their places;
 *     nobody may write to them
 */
public record PictureChat(List<ChatMessage> messages, List<byte[]> pictures) {
  public PictureChat {
    messages = List.copyOf(messages);
    pictures = List.copyOf(pictures);
  }
}
