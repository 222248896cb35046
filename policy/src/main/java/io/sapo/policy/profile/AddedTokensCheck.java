package io.sapo.policy.profile;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.JsonSection;
import io.sapo.policy.text.AddedToken;
import io.sapo.policy.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code added_tokens_decoder} of tokenizer_config.json, held against tokenizer.json. The public
 * library adds the tokens that only the former has and overwrites what it says otherwise, so that a
 * checkpoint whose files disagree has other ids or texts in another engine than here.
 */
final class AddedTokensCheck {
  private static final String FILE = "tokenizer_config.json";
  private static final String KEY = "added_tokens_decoder";
  private static final String REMEDY =
      "write both files anew, in Python: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)";

  private final JsonSection json;
  private final Tokenizer tokenizer;
  private final Collection<String> named;

  private AddedTokensCheck(JsonSection json, Tokenizer tokenizer, Collection<String> named) {
    this.json = json;
    this.tokenizer = tokenizer;
    this.named = named;
  }

  /**
   * @param named tokens that the checkpoint names by a role such as {@code eos_token}: special,
   *     whatever their entry says
   * @throws InvalidCheckpointException naming the first entry that tokenizer.json says otherwise
   */
  static void check(CheckpointFolder folder, Tokenizer tokenizer, Collection<String> named) {
    Path file = folder.path().resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return;
    }
    JsonSection json = JsonSection.read(file);
    if (json.has(KEY)) {
      new AddedTokensCheck(json, tokenizer, named).check();
    }
  }

  private void check() {
    Map<String, AddedToken> known = new LinkedHashMap<>();
    tokenizer.addedTokens().forEach(token -> known.put(token.content(), token));
    for (Map.Entry<String, JsonNode> entry : json.section(KEY).node().properties()) {
      String content = entry.getValue().path("content").textValue();
      if (content == null) {
        throw json.error(KEY, "gives token %s no content".formatted(entry.getKey()));
      }
      AddedToken ours = known.get(content);
      if (ours == null) {
        throw differs(entry.getKey(), content, "is not among the added_tokens of tokenizer.json");
      }
      if (!entry.getKey().equals(Integer.toString(ours.id()))) {
        throw differs(
            entry.getKey(), content, "has the id %d in tokenizer.json".formatted(ours.id()));
      }
      compare(ours, entry.getValue());
    }
  }

  /**
   * A flag that is left out has the public library's default. There a token that tokenizer.json
   * calls special stays so, and one that has a role becomes so, whatever its entry says.
   */
  private void compare(AddedToken ours, JsonNode theirs) {
    boolean special = theirs.path("special").asBoolean();
    if (named.contains(ours.content()) && !ours.special()) {
      throw differs(
          Integer.toString(ours.id()),
          ours.content(),
          "is not special in tokenizer.json, but has a role such as eos_token here");
    }
    requireSame(ours, "special", ours.special(), special || ours.special());
    requireSame(ours, "single_word", ours.singleWord(), theirs.path("single_word").asBoolean());
    requireSame(ours, "lstrip", ours.stripLeft(), theirs.path("lstrip").asBoolean());
    requireSame(ours, "rstrip", ours.stripRight(), theirs.path("rstrip").asBoolean());
    if (tokenizer.normalises()) {
      requireSame(
          ours, "normalized", ours.normalised(), theirs.path("normalized").asBoolean(!special));
    }
  }

  private void requireSame(AddedToken token, String flag, boolean ours, boolean theirs) {
    if (ours != theirs) {
      throw differs(
          Integer.toString(token.id()),
          token.content(),
          "has \"%s\": %s in tokenizer.json and %s here".formatted(flag, ours, theirs));
    }
  }

  private InvalidCheckpointException differs(String id, String content, String how) {
    return json.error(KEY, "has token %s, '%s', which %s; %s".formatted(id, content, how, REMEDY));
  }
}
