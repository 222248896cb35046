package io.sapo.policy.profile;

import io.sapo.jinja.JinjaException;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.JsonSection;
import io.sapo.policy.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which tokens end a response. */
final class StopTokens {
  private static final String ANSWER = "PROBE";

  private StopTokens() {}

  /** Ascending; empty when neither the folder nor the user names one. */
  static List<Integer> find(
      CheckpointFolder folder,
      Tokenizer tokenizer,
      Optional<ChatTemplate> template,
      Map<String, String> specialTokens,
      List<String> named) {
    Set<Integer> stops = new TreeSet<>(folder.config().eosTokenIds());
    Path generation = folder.path().resolve("generation_config.json");
    if (Files.isRegularFile(generation)) {
      stops.addAll(JsonSection.read(generation).integers("eos_token_id"));
    }
    template.flatMap(chat -> endOfTurn(chat, tokenizer)).ifPresent(stops::add);
    // Servers take it for the end whatever else ends a response.
    Optional.ofNullable(specialTokens.get("eos_token"))
        .flatMap(tokenizer::find)
        .ifPresent(stops::add);
    for (String name : named) {
      stops.add(
          tokenizer
              .find(name)
              .orElseThrow(
                  () ->
                      new InvalidCheckpointException(
                          "%s: has no token '%s', which model.stop-tokens names"
                              .formatted(folder.tokenizer(), name))));
    }
    int size = folder.config().vocabSize();
    for (int stop : stops) {
      if (stop < 0 || stop >= size) {
        throw new InvalidCheckpointException(
            "%s: the stop token %d is outside the vocabulary of %d"
                .formatted(folder.path(), stop, size));
      }
    }
    return List.copyOf(stops);
  }

  /** The control token that the template puts right behind an assistant's answer. */
  private static Optional<Integer> endOfTurn(ChatTemplate template, Tokenizer tokenizer) {
    try {
      String chat =
          template.renderClosed(
              List.of(
                  Map.of("role", "user", "content", "Hi"),
                  Map.of("role", "assistant", "content", ANSWER)),
              false,
              Map.of());
      int end = chat.lastIndexOf(ANSWER);
      if (end < 0) {
        return Optional.empty();
      }
      int[] behind = tokenizer.encode(chat.substring(end + ANSWER.length()).strip());
      boolean control = behind.length > 0 && tokenizer.controlTokens().contains(behind[0]);
      return control ? Optional.of(behind[0]) : Optional.empty();
    } catch (JinjaException e) {
      // A template for chats of another shape; the folder's own stop tokens have to do.
      return Optional.empty();
    }
  }
}
