package io.sapo.policy.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.policy.ReferenceFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tokenizers of well-known families, small ones: ids, text and where each token ends in it, as the
 * public library has them. {@code -Dsapo.reference.tokenizers=DIR} names another folder.
 */
class ReferenceTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<Path> tokenizers() {
    List<Path> folders =
        ReferenceFolder.list(ReferenceFolder.of("tokenizers")).stream()
            .filter(folder -> Files.exists(folder.resolve("tokenizer.json")))
            .toList();
    assertThat(folders).isNotEmpty();
    return folders;
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void textBecomesTheSameTokensAndBack(Path folder) throws IOException {
    List<String> wrong = new ArrayList<>();
    Set<Integer> taking = takingSpace(folder.resolve("tokenizer.json"));
    try (Tokenizer tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"))) {
      for (JsonNode line : lines(folder.resolve("cases.jsonl"))) {
        String text = line.get("text").asText();
        int[] ids = ids(line, "ids");
        check(wrong, line, "ids", Arrays.toString(tokenizer.encode(text)), Arrays.toString(ids));
        check(
            wrong,
            line,
            "ids_special",
            Arrays.toString(tokenizer.encodeWhole(text)),
            Arrays.toString(ids(line, "ids_special")));
        checkNames(wrong, line, names(tokenizer, ids), taking);
        check(wrong, line, "decoded", tokenizer.decodeAll(ids), line.get("decoded").asText());
        check(
            wrong,
            line,
            "decoded_special",
            tokenizer.decodeAll(ids(line, "ids_special")),
            line.get("decoded_special").asText());
        checkResponse(wrong, tokenizer, line);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void anyTokensBecomeTheSameText(Path folder) throws IOException {
    List<String> wrong = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"))) {
      for (JsonNode line : lines(folder.resolve("id-cases.jsonl"))) {
        check(
            wrong,
            line,
            "decoded",
            tokenizer.decodeAll(ids(line, "ids")),
            line.get("decoded").asText());
        checkResponse(wrong, tokenizer, line);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void aResponseIsDecodedByItself(Path folder) throws IOException {
    List<String> wrong = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.open(folder.resolve("tokenizer.json"))) {
      for (JsonNode line : lines(folder.resolve("continuations.jsonl"))) {
        int[] prompt = ids(line, "prompt_ids");
        int[] response = ids(line, "response_ids");
        int[] both = IntStream.concat(Arrays.stream(prompt), Arrays.stream(response)).toArray();
        check(
            wrong,
            line,
            "prompt_ids",
            Arrays.toString(tokenizer.encode(line.get("prompt").asText())),
            Arrays.toString(prompt));
        check(
            wrong,
            line,
            "response_alone",
            tokenizer.decodeResponse(response).text(),
            line.get("response_alone").asText());
        check(
            wrong,
            line,
            "response_after_prompt",
            tokenizer.decodeAll(both).substring(tokenizer.decodeAll(prompt).length()),
            line.get("response_after_prompt").asText());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void checkResponse(List<String> wrong, Tokenizer tokenizer, JsonNode line) {
    DecodedResponse response = tokenizer.decodeResponse(ids(line, "ids"));
    boolean shown = Arrays.stream(ids(line, "ids")).anyMatch(shownControl(tokenizer)::contains);
    if (!shown) {
      check(wrong, line, "decoded_skip", response.text(), line.get("decoded_skip").asText());
    }
    if (!shown && line.hasNonNull("ends")) {
      check(
          wrong,
          line,
          "ends",
          Arrays.toString(response.tokenEnds()),
          Arrays.toString(ids(line, "ends")));
    }
    int[] ends = response.tokenEnds();
    assertThat(ends).isSorted();
    assertThat(ends.length == 0 ? 0 : ends[ends.length - 1]).isEqualTo(response.text().length());
    checkBeginnings(tokenizer, ids(line, "ids"), response.text());
  }

  /**
   * Control tokens that the library leaves in a text without them: it no longer knows one again
   * whose name its normaliser has changed. Here a control token is never part of a response.
   */
  private static Set<Integer> shownControl(Tokenizer tokenizer) {
    return tokenizer.controlTokens().stream()
        .filter(id -> tokenizer.find(tokenizer.name(id)).isEmpty())
        .collect(Collectors.toSet());
  }

  /** Each is a beginning of what its tokens stand for, but for characters that are not over. */
  private static void checkBeginnings(Tokenizer tokenizer, int[] ids, String whole) {
    GrowingText growing = tokenizer.growingText();
    int open = 0;
    for (int length = 1; length <= ids.length; length++) {
      int before = growing.text().length();
      int[] first = Arrays.copyOf(ids, length);
      growing.add(first, length - 1);
      open = growing.text().length() > before ? 0 : open + 1;
      String text = tokenizer.decodeResponse(first).text();
      assertThat(text).startsWith(growing.text());
      assertThat(text.length() - growing.text().length()).isLessThanOrEqualTo(open + 1);
    }
    assertThat(whole).startsWith(growing.text());
  }

  /** Added tokens that take the white space beside them along. */
  private static Set<Integer> takingSpace(Path tokenizerJson) throws IOException {
    Set<Integer> taking = new HashSet<>();
    for (JsonNode token : JSON.readTree(tokenizerJson.toFile()).path("added_tokens")) {
      if (token.path("lstrip").asBoolean() || token.path("rstrip").asBoolean()) {
        taking.add(token.path("id").asInt());
      }
    }
    return taking;
  }

  /** An encoding names such a token with the space it took; the vocabulary without. */
  private static void checkNames(
      List<String> wrong, JsonNode line, List<String> names, Set<Integer> taking) {
    List<String> expected = tokens(line);
    for (int i = 0; i < expected.size(); i++) {
      if (taking.contains(line.get("ids").get(i).asInt())) {
        expected.set(i, expected.get(i).strip());
      }
    }
    check(wrong, line, "tokens", names.toString(), expected.toString());
  }

  private static void check(
      List<String> wrong, JsonNode line, String what, String found, String expected) {
    if (!found.equals(expected)) {
      wrong.add("%s of %s: %s, not %s".formatted(what, line, found, expected));
    }
  }

  private static List<String> names(Tokenizer tokenizer, int[] ids) {
    return Arrays.stream(ids).mapToObj(tokenizer::name).toList();
  }

  private static List<String> tokens(JsonNode line) {
    List<String> tokens = new ArrayList<>();
    line.get("tokens").forEach(token -> tokens.add(token.asText()));
    return tokens;
  }

  private static int[] ids(JsonNode line, String key) {
    int[] ids = new int[line.get(key).size()];
    Arrays.setAll(ids, i -> line.get(key).get(i).asInt());
    return ids;
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(JSON.readTree(line));
    }
    assertThat(lines).isNotEmpty();
    return lines;
  }
}
