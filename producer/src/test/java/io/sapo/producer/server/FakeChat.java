package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.pictures.PictureHash;
import io.sapo.schemas.ChatMessage;
import io.sapo.schemas.ContentPart;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The chat form of a request, as the task it came from. */
final class FakeChat {
  private FakeChat() {}

  /**
   * @param other whether something is put in front that was not sent
   */
  static Task task(JsonNode body, boolean other) {
    List<ChatMessage> messages = new ArrayList<>();
    List<Picture> pictures = new ArrayList<>();
    if (other) {
      messages.add(new ChatMessage("system", List.of(new ContentPart("Be helpful."))));
    }
    for (JsonNode message : body.path("messages")) {
      List<ContentPart> content = new ArrayList<>();
      for (JsonNode part : message.path("content")) {
        if (part.path("type").asText().equals("image_url")) {
          pictures.add(picture(part.path("image_url").path("url").asText()));
          content.add(new ContentPart((String) null));
        } else {
          content.add(new ContentPart(part.path("text").asText()));
        }
      }
      messages.add(new ChatMessage(message.path("role").asText(), content));
    }
    return Task.newBuilder()
        .setTaskId("chat")
        .setSource("chat")
        .setPrompt("")
        .setMessages(messages)
        .setPictures(pictures)
        .setAnswer("")
        .setVerifier("none")
        .build();
  }

  /** Whether the last message is the assistant's. */
  static boolean open(JsonNode body) {
    JsonNode messages = body.path("messages");
    return messages.path(messages.size() - 1).path("role").asText().equals("assistant");
  }

  private static Picture picture(String url) {
    String mark = "data:image/png;base64,";
    if (!url.startsWith(mark)) {
      throw new AssertionError("a picture begins with " + url.substring(0, 30));
    }
    byte[] bytes = Base64.getDecoder().decode(url.substring(mark.length()));
    return Picture.newBuilder()
        .setBytes(ByteBuffer.wrap(bytes))
        .setSha256(PictureHash.of(bytes))
        .build();
  }
}
