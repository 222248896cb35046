package io.sapo.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of tokenizers with which the native library would end the process, fill memory or never
 * come back.
 */
class HostileTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static ObjectNode sound() throws IOException {
    return (ObjectNode) JSON.readTree(FixedWordTokenizer.tokenizerJson(List.of(" red")));
  }

  private Path file(JsonNode tokenizer) throws IOException {
    return Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(tokenizer));
  }

  private void refused(JsonNode tokenizer, String... why) throws IOException {
    Path file = file(tokenizer);
    assertThatThrownBy(() -> Tokenizer.open(file))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining(file.toString())
        .message()
        .contains(why)
        .hasSizeLessThan(2_000);
  }

  private static ObjectNode replace(String found, String by) {
    ObjectNode step = JSON.createObjectNode().put("type", "Replace").put("content", by);
    step.putObject("pattern").put("String", found);
    return step;
  }

  private static ObjectNode sequence(String of, JsonNode step, int times) {
    ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray(of);
    for (int i = 0; i < times; i++) {
      steps.add(step);
    }
    return sequence;
  }

  private static JsonNode split(String regex) throws IOException {
    ObjectNode tokenizer = sound();
    ((ObjectNode) tokenizer.at("/pre_tokenizer/pretokenizers/0/pattern")).put("Regex", regex);
    return tokenizer;
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "(a+)+$ => more than one way",
        "(?:a|a)*b => more than one way",
        "x(?:\\w+\\s?)*y => more than one way",
        "(?<n>a*){2,}b => more than one way",
        "(a{1,900}){1,900} => more than one way",
        "(a{900}){900} => more than 1000 times",
        "a{2}+{2} => more than one way",
        "a{20}{60} => more than 1000 times",
        "(a*)\\1 => refers to what was matched",
        "(?<x>a\\g<x>?a) => refers to what was matched",
        "(?~ab) => absent operator",
        "(?x) a+ # (  => spaces and comments",
        "a*a*b => ever more ways",
        "\\s*\\s*x => ever more ways",
        "\\p{L}+[a-z]*\\d => ever more ways",
      })
  void patternsThatNeverEnd(String regex, String why) throws IOException {
    refused(split(regex), "pre_tokenizer", why);
    ObjectNode tokenizer = sound();
    ObjectNode step = replace("", "b");
    step.putObject("pattern").put("Regex", regex);
    tokenizer.set("normalizer", step);
    refused(tokenizer, "normalizer", why);
  }

  /** As tokenizers of released models have them, and some shapes of their own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
        "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]+(?i:'s|'t)?",
        " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
        "(?=(\\d{3})+(?!\\d))",
        "\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))",
        "\\s?\\d+|(?#a comment ( )x++y*?",
        " {2,}",
      })
  void patternsOfReleasedModels(String regex) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(file(split(regex)))) {
      assertThat(tokenizer.encode("It's 1234 reds!\n\n")).isNotEmpty();
    }
  }

  @Test
  void textsThatGrowWithoutBound() throws IOException {
    ObjectNode tokenizer = sound();
    tokenizer.set("normalizer", sequence("normalizers", replace("a", "aa"), 40));
    refused(tokenizer, "normalizer", "16 times as long");
    tokenizer.set("normalizer", replace("ab", "c".repeat(1_000)));
    refused(tokenizer, "normalizer", "16 times as long");
    tokenizer.set(
        "normalizer",
        JSON.createObjectNode().put("type", "Prepend").put("prepend", "x".repeat(100_000)));
    refused(tokenizer, "prepends more than 1024");
    tokenizer = sound();
    JsonNode bytes = tokenizer.at("/pre_tokenizer/pretokenizers/1");
    tokenizer.set("pre_tokenizer", sequence("pretokenizers", bytes, 50));
    refused(tokenizer, "pre_tokenizer", "16 times as long");
    tokenizer = sound();
    tokenizer.set("normalizer", sequence("normalizers", JSON.readTree("{\"type\":\"NFC\"}"), 100));
    refused(tokenizer, "more than 64 steps");
  }

  /** An added token that is looked for in normalised text has a name that grows with it. */
  @Test
  void namesThatGrowWithoutBound() throws IOException {
    ObjectNode tokenizer = sound();
    tokenizer.set("normalizer", sequence("normalizers", replace("i", "iiiiiiiiii"), 12));
    ((ObjectNode) tokenizer.at("/added_tokens/0")).put("normalized", true);
    refused(tokenizer, "16 times as long");
  }

  @Test
  void stepsThatEndTheProcess() throws IOException {
    ObjectNode tokenizer = sound();
    tokenizer.set(
        "normalizer",
        JSON.readTree("{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"/////wAAAAA=\"}"));
    refused(tokenizer, "normalizer", "is of type 'Precompiled'");
    tokenizer = sound();
    tokenizer.set("pre_tokenizer", JSON.readTree("{\"type\":\"FixedLength\",\"length\":0}"));
    refused(tokenizer, "pre_tokenizer", "is of type 'FixedLength'");
    tokenizer = sound();
    tokenizer.set(
        "post_processor",
        JSON.readTree(
            """
            {"type": "TemplateProcessing", "special_tokens": {},
             "single": [{"Sequence": {"id": "B", "type_id": 0}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]}
            """));
    refused(tokenizer, "post_processor", "second text");
    tokenizer = sound();
    ((ObjectNode) tokenizer.get("model")).put("continuing_subword_prefix", "##\u00e9");
    refused(tokenizer, "continuing_subword_prefix");
  }

  @Test
  void modelsThatAnswerDifferentlyOrNotAtAll() throws IOException {
    ObjectNode tokenizer = sound();
    ((ObjectNode) tokenizer.get("model")).put("dropout", 0.5);
    refused(tokenizer, "dropout", "0.5");
    tokenizer = sound();
    ((ObjectNode) tokenizer.get("model")).put("unk_token", "<none>");
    refused(tokenizer, "unk_token", "<none>");
  }

  @Test
  void addedTokensWithoutEnd() throws IOException {
    ObjectNode tokenizer = sound();
    ArrayNode added = (ArrayNode) tokenizer.get("added_tokens");
    ObjectNode last = added.get(0).deepCopy();
    for (int i = 0; i < 70_000; i++) {
      added.add(last.deepCopy().put("content", "<|" + i).put("id", 300 + i));
    }
    refused(tokenizer, "added_tokens", "at most 65536");
    tokenizer = sound();
    ((ArrayNode) tokenizer.get("added_tokens"))
        .add(last.deepCopy().put("content", "x".repeat(5 << 20)));
    refused(tokenizer, "added_tokens", "characters");
  }

  /** With a pattern that is in use everywhere, ten million spaces are too many steps. */
  @Test
  void textsThatAreTooLong() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(file(sound()))) {
      String spaces = " ".repeat(11_000_000) + "x";
      assertThatThrownBy(() -> tokenizer.encode(spaces))
          .isInstanceOf(TextTooLongException.class)
          .hasMessageContaining("11000001 characters");
      assertThatThrownBy(() -> tokenizer.encodeWhole(spaces))
          .isInstanceOf(TextTooLongException.class);
    }
  }

  @Test
  void valuesAsLongAsTheFileAreNotRepeated() throws IOException {
    ObjectNode tokenizer = sound();
    ((ObjectNode) tokenizer.at("/added_tokens/0"))
        .put("content", "y".repeat(1 << 20))
        .put("id", -1);
    refused(tokenizer, "vocab", "yyy");
  }
}
