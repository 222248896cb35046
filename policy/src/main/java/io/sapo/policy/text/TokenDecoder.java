package io.sapo.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.JsonSection;
import java.util.ArrayList;
import java.util.List;

/** Tokens to text, as the {@code decoder} of a tokenizer.json says. */
interface TokenDecoder {
  /**
   * @param withControl whether control tokens are spelled out or left out
   */
  DecodedResponse decode(int[] tokens, boolean withControl);

  /** Begins the text of a response whose tokens are still to come. */
  GrowingText growing();

  /**
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when the decoder is of a kind that
   *     is not supported
   */
  static TokenDecoder of(JsonSection json, Vocabulary vocabulary) {
    JsonNode decoder = json.node().path("decoder");
    List<JsonNode> steps = new ArrayList<>();
    if (decoder.path("type").asText().equals("Sequence")) {
      decoder.path("decoders").forEach(steps::add);
    } else {
      steps.add(decoder);
    }
    if (steps.size() == 1 && steps.get(0).path("type").asText().equals("ByteLevel")) {
      return new ByteLevelDecoder(vocabulary);
    }
    return SentencePieceDecoder.of(steps, json, vocabulary);
  }
}
