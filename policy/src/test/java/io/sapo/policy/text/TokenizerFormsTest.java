package io.sapo.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.checkpoint.InvalidCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms of tokenizer.json that differ in what surrounds the vocabulary. */
class TokenizerFormsTest {
  private static final String FUSED =
      """
      {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}""";

  @TempDir Path folder;

  private Path file(String type, String decoder) throws IOException {
    String vocab =
        type.equals("Unigram") ? "[[\"<unk>\", 0.0]]" : "{\"<unk>\": 0, \"▁\": 1, \"a\": 2}";
    return Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [
           {"id": 3, "content": "<t>", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": true, "special": false}],
         "normalizer": {"type": "Sequence", "normalizers": [
           {"type": "Prepend", "prepend": "▁"},
           {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
         "pre_tokenizer": null, "post_processor": null, "decoder": %s,
         "model": {"type": "%s", "dropout": null, "unk_token": "<unk>", "fuse_unk": true,
           "continuing_subword_prefix": null, "end_of_word_suffix": null, "byte_fallback": false,
           "ignore_merges": false, "vocab": %s, "merges": []}}
        """
            .formatted(decoder, type, vocab));
  }

  /** Looked for in normalised text, it has taken the space before it, and gives it back. */
  @Test
  void anAddedTokenThatIsNormalisedKeepsItsSpace() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(file("BPE", FUSED))) {
      int[] tokens = tokenizer.encode("a <t>a");
      assertThat(Arrays.stream(tokens).mapToObj(tokenizer::name))
          .containsExactly("▁", "a", "▁<t>", "a");
      assertThat(tokenizer.decodeAll(tokens)).isEqualTo("a <t>a");
      assertThat(tokenizer.decodeResponse(tokens).tokenEnds()).containsExactly(0, 1, 5, 6);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "BPE => {\"type\": \"WordPiece\", \"prefix\": \"##\"} => decoder",
        "BPE => {\"type\": \"BPEDecoder\", \"suffix\": \"</w>\"} => decoder",
        "BPE => {\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Replace\", \"pattern\": {\"String\": \"▁\"},"
            + " \"content\": \" \"}, {\"type\": \"Strip\", \"content\": \" \", \"start\": 1, \"stop\": 0}]} => decoder",
        "BPE => {\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Fuse\"}, {\"type\": \"Metaspace\","
            + " \"replacement\": \"▁\", \"prepend_scheme\": \"always\"}]} => decoder",
        "Unigram => {\"type\": \"Metaspace\", \"replacement\": \"▁\"} => is of type Unigram",
        "WordLevel => {\"type\": \"Metaspace\", \"replacement\": \"▁\"} => is of type WordLevel",
      })
  void whatIsReadOtherwiseIsRefused(String type, String decoder, String why) throws IOException {
    Path file = file(type, decoder);
    assertThatThrownBy(() -> Tokenizer.open(file))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(why);
  }
}
