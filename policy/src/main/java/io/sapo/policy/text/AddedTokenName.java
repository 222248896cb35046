package io.sapo.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.Locale;

/**
 * What an added token with {@code "normalized": true} stands for. The public library looks for it
 * in normalised text and gives it back as its normaliser leaves it: where that puts a space's mark
 * before a text, the token has swallowed the one before it.
 */
final class AddedTokenName {
  private AddedTokenName() {}

  /**
   * @param normalizer of a tokenizer.json; a step of a kind that is not known here changes nothing
   */
  static String normalised(String content, JsonNode normalizer) {
    return switch (normalizer.path("type").asText()) {
      case "Sequence" -> {
        String name = content;
        for (JsonNode step : normalizer.path("normalizers")) {
          name = normalised(name, step);
        }
        yield name;
      }
      case "Prepend" -> content.isEmpty() ? content : normalizer.path("prepend").asText() + content;
      case "Replace" -> {
        JsonNode pattern = normalizer.path("pattern").path("String");
        yield pattern.isTextual()
            ? content.replace(pattern.asText(), normalizer.path("content").asText())
            : content;
      }
      case "Lowercase" -> content.toLowerCase(Locale.ROOT);
      case "NFC" -> Normalizer.normalize(content, Normalizer.Form.NFC);
      case "NFD" -> Normalizer.normalize(content, Normalizer.Form.NFD);
      case "NFKC" -> Normalizer.normalize(content, Normalizer.Form.NFKC);
      case "NFKD" -> Normalizer.normalize(content, Normalizer.Form.NFKD);
      default -> content;
    };
  }

  /**
   * @param normalizer of a tokenizer.json; nothing, or a sequence of no steps, changes no text
   */
  static boolean changesTexts(JsonNode normalizer) {
    return normalizer.path("type").asText().equals("Sequence")
        ? normalizer.path("normalizers").valueStream().anyMatch(AddedTokenName::changesTexts)
        : normalizer.isObject();
  }
}
