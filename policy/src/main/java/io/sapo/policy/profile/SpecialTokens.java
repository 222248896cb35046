package io.sapo.policy.profile;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.JsonSection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names of special tokens by their role, such as {@code bos_token}. */
final class SpecialTokens {
  private static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private SpecialTokens() {}

  /** From tokenizer_config.json, what it lacks from special_tokens_map.json. */
  static Map<String, String> read(CheckpointFolder folder) {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      Path file = folder.path().resolve(name);
      if (Files.isRegularFile(file)) {
        JsonNode json = JsonSection.read(file).node();
        for (String role : ROLES) {
          JsonNode token =
              json.path(role).isObject() ? json.path(role).path("content") : json.path(role);
          if (token.isTextual()) {
            tokens.putIfAbsent(role, token.asText());
          }
        }
      }
    }
    return tokens;
  }
}
