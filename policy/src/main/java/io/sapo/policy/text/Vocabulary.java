package io.sapo.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.JsonSection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Token ids and their names, from a tokenizer.json. */
final class Vocabulary {
  private static final int MAX_ID = 1 << 22;

  private final Map<String, Integer> idOf;
  private final String[] nameOf;
  private final Set<Integer> control;
  private final List<AddedToken> added;
  private final boolean normalises;
  private final int longest;

  private Vocabulary(
      Map<String, Integer> idOf,
      String[] nameOf,
      Set<Integer> control,
      List<AddedToken> added,
      boolean normalises) {
    this.idOf = idOf;
    this.nameOf = nameOf;
    this.control = control;
    this.added = List.copyOf(added);
    this.normalises = normalises;
    this.longest = idOf.keySet().stream().mapToInt(String::length).max().orElse(0);
  }

  static Vocabulary read(JsonSection json) {
    String type = json.section("model").node().path("type").asText("BPE");
    if (!type.equals("BPE")) {
      throw json.error("model", "is of type " + type + "; supported is BPE");
    }
    JsonNode vocab = json.section("model").section("vocab").node();
    Map<String, Integer> idOf = new HashMap<>();
    Set<Integer> control = new TreeSet<>();
    int greatest = -1;
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      int id = checkedId(entry.getValue(), entry.getKey(), json);
      idOf.put(entry.getKey(), id);
      greatest = Math.max(greatest, id);
    }
    for (JsonNode token : json.node().path("added_tokens")) {
      int id = checkedId(token.path("id"), token.path("content").asText(), json);
      idOf.put(token.path("content").asText(), id);
      greatest = Math.max(greatest, id);
      if (token.path("special").asBoolean()) {
        control.add(id);
      }
    }
    JsonNode normalizer = json.node().path("normalizer");
    List<AddedToken> added = new ArrayList<>();
    String[] nameOf = new String[greatest + 1];
    vocab.properties().forEach(entry -> nameOf[entry.getValue().intValue()] = entry.getKey());
    for (JsonNode token : json.node().path("added_tokens")) {
      String content = token.path("content").asText();
      boolean normalised = token.path("normalized").asBoolean();
      nameOf[token.path("id").intValue()] =
          normalised ? AddedTokenName.normalised(content, normalizer) : content;
      added.add(
          new AddedToken(
              token.path("id").intValue(),
              content,
              token.path("special").asBoolean(),
              token.path("single_word").asBoolean(),
              token.path("lstrip").asBoolean(),
              token.path("rstrip").asBoolean(),
              normalised));
    }
    return new Vocabulary(idOf, nameOf, control, added, AddedTokenName.changesTexts(normalizer));
  }

  private static int checkedId(JsonNode id, String token, JsonSection json) {
    if (!id.canConvertToInt() || id.intValue() < 0 || id.intValue() > MAX_ID) {
      throw json.error("vocab", "gives token '" + token + "' the id " + id);
    }
    return id.intValue();
  }

  /** One more than the greatest id. */
  int size() {
    return nameOf.length;
  }

  /** Characters of the longest name. */
  int longest() {
    return longest;
  }

  Integer id(String token) {
    return idOf.get(token);
  }

  /**
   * Null for an id without a token. Of an added token that is looked for in normalised text, what
   * the normaliser makes of it: with its space before it, say.
   */
  String name(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("token id " + id + " is negative");
    }
    return id >= nameOf.length ? null : nameOf[id];
  }

  /** Added tokens that are no part of a text ({@code "special": true}), ascending. */
  Set<Integer> control() {
    return control;
  }

  /** Whether a text is changed before tokens are looked for in it. */
  boolean normalises() {
    return normalises;
  }

  /** All added tokens, in the file's order. */
  List<AddedToken> added() {
    return added;
  }

  /** Ids without a token, below {@link #size}. */
  int[] holes() {
    return java.util.stream.IntStream.range(0, nameOf.length)
        .filter(id -> nameOf[id] == null)
        .toArray();
  }
}
