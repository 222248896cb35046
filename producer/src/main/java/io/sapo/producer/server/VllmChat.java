package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.prompt.PictureChat;
import io.sapo.producer.server.Answer.Candidates;
import io.sapo.producer.server.Answer.Span;
import io.sapo.producer.server.Dialect.CompletionRequest;
import io.sapo.schemas.ChatMessage;
import io.sapo.schemas.ContentPart;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * vLLM's chat form, the only one that takes pictures as they are. The server makes the tokens and
 * reports them.
 */
final class VllmChat {
  static final String PATH = "/v1/chat/completions";
  private static final String OBJECT = "chat.completion";

  private VllmChat() {}

  /**
   * @param model the adapter's name
   * @param wanted has a chat
   */
  static JsonNode request(String model, CompletionRequest wanted, ResponseRules rules) {
    ObjectNode body = ServerClient.JSON.createObjectNode();
    body.put("model", model);
    PictureChat chat = wanted.chat().orElseThrow();
    messages(body.putArray("messages"), chat);
    body.put("add_generation_prompt", !chat.open());
    body.put("continue_final_message", chat.open());
    if (!chat.templateSettings().isEmpty()) {
      body.set("chat_template_kwargs", ServerClient.JSON.valueToTree(chat.templateSettings()));
    }
    SamplingFields.put(body, wanted, rules);
    Sampling sampling = wanted.sampling();
    body.put("max_completion_tokens", sampling.maxNewTokens());
    body.put("top_k", sampling.topK());
    body.put("seed", wanted.seed());
    body.put("watermarking", false);
    body.put("logprobs", true);
    body.put("top_logprobs", wanted.candidates());
    body.put("return_token_ids", true);
    body.put("return_tokens_as_token_ids", true);
    return body;
  }

  private static void messages(ArrayNode to, PictureChat chat) {
    Iterator<byte[]> pictures = chat.pictures().iterator();
    for (ChatMessage message : chat.messages()) {
      ObjectNode said = to.addObject();
      said.put("role", message.getRole());
      ArrayNode content = said.putArray("content");
      for (ContentPart part : message.getContent()) {
        if (part.getText() == null) {
          content
              .addObject()
              .put("type", "image_url")
              .putObject("image_url")
              .put("url", url(pictures.next()));
        } else {
          content.addObject().put("type", "text").put("text", part.getText());
        }
      }
    }
  }

  private static String url(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  static boolean isAnswer(JsonNode reply) {
    return reply.path("object").asText().equals(OBJECT);
  }

  static List<Answer> answers(Publication weights, JsonNode reply) {
    Optional<int[]> prompt =
        reply.path("prompt_token_ids").isArray()
            ? Optional.of(Fields.integers(reply, "prompt_token_ids"))
            : Optional.empty();
    List<Answer> answers = new ArrayList<>();
    for (JsonNode choice : Fields.array(reply, "choices")) {
      int[] tokens = Fields.integers(choice, "token_ids");
      double[] logProbs = new double[tokens.length];
      List<Candidates> candidates = new ArrayList<>();
      JsonNode places = Fields.array(choice.path("logprobs"), "content");
      VllmLogProbs.ofNamedPlaces(places, tokens, logProbs, candidates);
      answers.add(
          new Answer(
              tokens,
              logProbs,
              candidates,
              Control.ending(Fields.text(choice, "finish_reason")),
              List.of(new Span(weights.name(), 0, tokens.length)),
              prompt));
    }
    return answers;
  }
}
