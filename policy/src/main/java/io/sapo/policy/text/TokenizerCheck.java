package io.sapo.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.JsonSection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a tokenizer.json may hold beside its vocabulary. The native library ends the process where
 * it cannot go on, at the start or at the first text that brings it there, and nothing can catch
 * that: whatever could is refused before the library sees the file.
 */
final class TokenizerCheck {
  private static final Set<String> NORMALIZERS =
      Set.of(
          "Sequence",
          "Prepend",
          "Replace",
          "Lowercase",
          "NFC",
          "NFD",
          "NFKC",
          "NFKD",
          "Nmt",
          "Strip",
          "StripAccents",
          "BertNormalizer",
          "ByteLevel");

  private static final Set<String> PRE_TOKENIZERS =
      Set.of(
          "Sequence",
          "Split",
          "ByteLevel",
          "Metaspace",
          "Digits",
          "Punctuation",
          "Whitespace",
          "WhitespaceSplit",
          "CharDelimiterSplit",
          "UnicodeScripts",
          "BertPreTokenizer");

  private static final Set<String> POST_PROCESSORS =
      Set.of("Sequence", "ByteLevel", "TemplateProcessing", "RobertaProcessing", "BertProcessing");

  /** Of a text, by all normalizers and pre-tokenizers together. */
  private static final long MOST_GROWTH = 16;

  private static final int MOST_STEPS = 64;
  private static final int MOST_PREPENDED = 1_024;
  private static final int MOST_ADDED_TOKENS = 1 << 16;
  private static final int MOST_ADDED_CHARACTERS = 4 << 20;

  private final JsonSection json;
  private int steps;

  private TokenizerCheck(JsonSection json) {
    this.json = json;
  }

  /**
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException naming what cannot be taken
   */
  static void check(JsonSection json) {
    TokenizerCheck check = new TokenizerCheck(json);
    check.growth();
    check.postProcessor(json.node().path("post_processor"));
    check.model(json.section("model"));
    check.addedTokens();
  }

  private void growth() {
    long normalised = growth("normalizer", json.node().path("normalizer"), NORMALIZERS);
    long split = growth("pre_tokenizer", json.node().path("pre_tokenizer"), PRE_TOKENIZERS);
    if (normalised * split > MOST_GROWTH) {
      throw json.error(
          normalised > MOST_GROWTH ? "normalizer" : "pre_tokenizer",
          "may make a text more than %d times as long, which is more than is taken"
              .formatted(MOST_GROWTH));
    }
  }

  /** How many times as long a text may become; more than can be taken where it is no matter. */
  private long growth(String key, JsonNode step, Set<String> known) {
    if (++steps > MOST_STEPS) {
      throw json.error(
          key, "has more than %d steps together with the others".formatted(MOST_STEPS));
    }
    pattern(key, step.path("pattern"));
    return switch (typeOf(key, step, known)) {
      case "Sequence" -> {
        long all = 1;
        for (String name : List.of("normalizers", "pretokenizers")) {
          for (JsonNode within : step.path(name)) {
            all = Math.min(all * growth(key, within, known), MOST_GROWTH + 1);
          }
        }
        yield all;
      }
      case "Replace" -> replaced(step);
      case "ByteLevel" -> 2;
      case "Prepend" -> {
        if (step.path("prepend").asText().length() > MOST_PREPENDED) {
          throw json.error(key, "prepends more than %d characters".formatted(MOST_PREPENDED));
        }
        yield 1;
      }
      default -> 1;
    };
  }

  /** What a regular expression finds may be as short as nothing, before each character. */
  private static long replaced(JsonNode replace) {
    boolean regex = replace.path("pattern").has("Regex");
    long length = replace.path("content").asText().length();
    long least = Math.max(1, replace.path("pattern").path("String").asText().length());
    return Math.max(1, (length + least - 1) / least + (regex ? 1 : 0));
  }

  private void pattern(String key, JsonNode pattern) {
    JsonNode regex = pattern.path("Regex");
    if (!regex.isTextual()) {
      return;
    }
    Optional<String> fault = PatternStructure.fault(regex.asText());
    if (fault.isEmpty() && PatternTrial.dear(regex.asText())) {
      fault =
          Optional.of(
              "tries ever more ways to match a text as it gets longer: matching must take time in"
                  + " proportion");
    }
    if (fault.isPresent()) {
      throw json.error(key, "has a regular expression that " + fault.get() + ": " + regex.asText());
    }
  }

  private void postProcessor(JsonNode processor) {
    typeOf("post_processor", processor, POST_PROCESSORS);
    for (JsonNode piece : processor.path("single")) {
      String sequence = piece.path("Sequence").path("id").asText("A");
      if (!sequence.equals("A")) {
        throw json.error("post_processor", "has a second text in the form for a single one");
      }
    }
    for (JsonNode token : processor.path("special_tokens")) {
      if (token.path("ids").size() != token.path("tokens").size()) {
        throw json.error(
            "post_processor", "gives %s other ids than tokens".formatted(token.path("id")));
      }
    }
    processor.path("processors").forEach(this::postProcessor);
  }

  private void model(JsonSection model) {
    if (model.node().path("dropout").asDouble() != 0) {
      throw model.error(
          "dropout",
          "is %s: the same text would have other tokens each time; set it to null"
              .formatted(model.node().path("dropout")));
    }
    if (!model.node().path("continuing_subword_prefix").asText("").isEmpty()) {
      throw model.error("continuing_subword_prefix", "is not supported; it must be empty");
    }
    JsonNode unknown = model.node().path("unk_token");
    JsonNode vocab = model.node().path("vocab");
    if (unknown.isTextual() && vocab.isObject() && !vocab.has(unknown.asText())) {
      throw model.error(
          "unk_token",
          "is '%s', which the vocabulary lacks: no text could have it".formatted(unknown.asText()));
    }
  }

  private void addedTokens() {
    JsonNode added = json.node().path("added_tokens");
    long characters = 0;
    for (JsonNode token : added) {
      characters += token.path("content").asText().length();
    }
    if (added.size() > MOST_ADDED_TOKENS || characters > MOST_ADDED_CHARACTERS) {
      throw json.error(
          "added_tokens",
          "has %d tokens of %d characters together; at most %d of %d are taken"
              .formatted(added.size(), characters, MOST_ADDED_TOKENS, MOST_ADDED_CHARACTERS));
    }
  }

  /** Empty for what is not there. */
  private String typeOf(String key, JsonNode node, Set<String> known) {
    if (node.isMissingNode() || node.isNull()) {
      return "";
    }
    String type = node.path("type").asText();
    if (!known.contains(type)) {
      throw json.error(
          key,
          "is of type '%s'; supported are %s"
              .formatted(type, String.join(", ", known.stream().sorted().toList())));
    }
    return type;
  }
}
