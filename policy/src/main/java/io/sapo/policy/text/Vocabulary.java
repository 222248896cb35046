package io.sapo.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.JsonSection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Token ids, their names and the bytes they stand for, from a byte-level tokenizer.json. */
final class Vocabulary {
  private static final byte[] NOTHING = {};
  private final Map<String, Integer> idOf;
  private final byte[][] bytesOf;

  private Vocabulary(Map<String, Integer> idOf, byte[][] bytesOf) {
    this.idOf = idOf;
    this.bytesOf = bytesOf;
  }

  static Vocabulary read(Path tokenizerJson) {
    JsonSection json = JsonSection.read(tokenizerJson);
    JsonNode vocab = json.section("model").section("vocab").node();
    JsonNode added = json.node().path("added_tokens");
    if (!mentionsByteLevel(json.node().path("decoder"))) {
      throw json.error("decoder", "must be ByteLevel; other tokenizers are not supported");
    }
    Map<String, Integer> idOf = new HashMap<>();
    int greatest = -1;
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      idOf.put(entry.getKey(), checkedId(entry.getValue(), entry.getKey(), json));
      greatest = Math.max(greatest, entry.getValue().intValue());
    }
    for (JsonNode token : added) {
      int id = checkedId(token.path("id"), token.path("content").asText(), json);
      idOf.put(token.path("content").asText(), id);
      greatest = Math.max(greatest, id);
    }
    byte[][] bytesOf = new byte[greatest + 1][];
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      bytesOf[entry.getValue().intValue()] = ByteAlphabet.bytes(entry.getKey());
    }
    for (JsonNode token : added) {
      bytesOf[token.path("id").intValue()] =
          token.path("special").asBoolean()
              ? NOTHING
              : token.path("content").asText().getBytes(StandardCharsets.UTF_8);
    }
    return new Vocabulary(idOf, bytesOf);
  }

  private static int checkedId(JsonNode id, String token, JsonSection json) {
    if (!id.canConvertToInt() || id.intValue() < 0 || id.intValue() > 1 << 24) {
      throw json.error("vocab", "gives token '" + token + "' the id " + id);
    }
    return id.intValue();
  }

  private static boolean mentionsByteLevel(JsonNode decoder) {
    if (decoder.path("type").asText().equals("ByteLevel")) {
      return true;
    }
    for (JsonNode part : decoder.path("decoders")) {
      if (mentionsByteLevel(part)) {
        return true;
      }
    }
    return false;
  }

  /** One more than the greatest id. */
  int size() {
    return bytesOf.length;
  }

  Integer id(String token) {
    return idOf.get(token);
  }

  /** Bytes a token adds to the text; none for special tokens and for ids without a token. */
  byte[] bytes(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("token id " + id + " is negative");
    }
    return id >= bytesOf.length || bytesOf[id] == null ? NOTHING : bytesOf[id];
  }
}
