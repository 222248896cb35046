package io.sapo.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopTextsTest {
  /** Bytes, for each of which there is a token, spell all of them; 日 and 本 begin alike. */
  private static final List<String> LETTERS = List.of("a", "b", "日", "本", "😀", " ");

  private static final int CASES = 3_000;

  @TempDir private Path temp;

  private Tokenizer byteLevel() throws IOException {
    return open(FixedWordTokenizer.tokenizerJson(List.of("日本", "abb", " ba")));
  }

  /** Where a line's end, and what the vocabulary lacks, are spelled byte by byte, as in Llama 2. */
  private Tokenizer sentencePiece(boolean strips) throws IOException {
    String bytes =
        IntStream.range(0, 256)
            .mapToObj(value -> "\"<0x%02X>\": %d".formatted(value, value))
            .collect(Collectors.joining(", "));
    return open(
        """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [{"id": 262, "content": "</s>", "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true}],
         "normalizer": null, "pre_tokenizer": null, "post_processor": null,
         "decoder": {"type": "Sequence", "decoders": [
           {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
           {"type": "ByteFallback"}, {"type": "Fuse"}%s]},
         "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "fuse_unk": true,
           "continuing_subword_prefix": null, "end_of_word_suffix": null, "byte_fallback": true,
           "ignore_merges": false, "vocab": {%s, "<unk>": 256, "▁": 257, "a": 258, "b": 259,
           "▁a": 260, "日": 261}, "merges": []}}
        """
            .formatted(
                strips
                    ? ", {\"type\": \"Strip\", \"content\": \" \", \"start\": 1, \"stop\": 0}"
                    : "",
                bytes));
  }

  private Tokenizer open(String json) throws IOException {
    return Tokenizer.open(Files.writeString(temp.resolve("tokenizer.json"), json));
  }

  /** Few letters, so that stop texts begin again within themselves. */
  private static List<String> someLetters(Random random) {
    List<String> some = new ArrayList<>(LETTERS);
    Collections.shuffle(some, random);
    return some.subList(0, 2 + random.nextInt(2));
  }

  private static String text(Random random, List<String> letters, int most) {
    return random
        .ints(1 + random.nextInt(most), 0, letters.size())
        .mapToObj(letters::get)
        .collect(Collectors.joining());
  }

  private static List<String> stops(Random random, List<String> letters) {
    return IntStream.range(0, 1 + random.nextInt(3))
        .mapToObj(i -> text(random, letters, 5))
        .toList();
  }

  /** Written down from what it says: the first that is complete, the longest of those. */
  private static OptionalInt cut(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String until = text.substring(0, end);
      int length = stops.stream().filter(until::endsWith).mapToInt(String::length).max().orElse(0);
      if (length > 0) {
        return OptionalInt.of(end - length);
      }
    }
    return OptionalInt.empty();
  }

  private static String shown(String text, List<String> stops) {
    return text.substring(0, cut(text, stops).orElse(text.length()));
  }

  /** A text's bytes, as tokens in one of the ways there are. */
  private static int[] split(Tokenizer tokenizer, String text, Random random) {
    List<byte[]> spelled =
        IntStream.range(0, tokenizer.vocabularySize())
            .mapToObj(
                id ->
                    tokenizer.controlTokens().contains(id)
                        ? new byte[0]
                        : ByteAlphabet.bytes(tokenizer.name(id)))
            .toList();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<Integer> tokens = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int from = at;
      int[] fit =
          IntStream.range(0, spelled.size())
              .filter(id -> spelled.get(id).length > 0 && begins(bytes, from, spelled.get(id)))
              .toArray();
      int token = fit[random.nextInt(fit.length)];
      tokens.add(token);
      at += spelled.get(token).length;
    }
    return tokens.stream().mapToInt(token -> token).toArray();
  }

  private static boolean begins(byte[] bytes, int from, byte[] with) {
    return from + with.length <= bytes.length
        && Arrays.equals(bytes, from, from + with.length, with, 0, with.length);
  }

  /** However a text is split into tokens, characters included, it is cut at the same place. */
  @Test
  void anySplitIntoTokensGivesTheSameCut() throws Exception {
    try (Tokenizer tokenizer = byteLevel()) {
      Random random = new Random(1);
      int found = 0;
      for (int i = 0; i < CASES; i++) {
        List<String> letters = someLetters(random);
        List<String> stops = stops(random, letters);
        String text = text(random, letters, 20);
        StopTexts texts = new StopTexts(stops, tokenizer::growingText);
        StoppedText read = texts.begin();
        read.add(split(tokenizer, text, random), 0);
        OptionalInt cut = cut(text, stops);
        if (cut.isPresent()) {
          found++;
          assertThat(read.text()).hasToString(text.substring(0, cut.getAsInt()));
        }
        assertThat(texts.cut(text)).isEqualTo(shown(text, stops));
      }
      assertThat(found).isBetween(CASES / 4, CASES - CASES / 10);
    }
  }

  /** By decoding all anew with each token. */
  private static void checkEnd(Tokenizer tokenizer, List<String> stops, int[] tokens) {
    StopTexts texts = new StopTexts(stops, tokenizer::growingText);
    StoppedText read = texts.begin();
    String before = "";
    for (int length = 1; length <= tokens.length; length++) {
      String decoded = tokenizer.decodeResponse(Arrays.copyOf(tokens, length)).text();
      boolean ends = cut(decoded, stops).isPresent();
      assertThat(read.endsWith(tokens[length - 1])).as("%s of %s", stops, decoded).isEqualTo(ends);
      String now = read.text().toString();
      assertThat(now).startsWith(before);
      assertThat(shown(decoded, stops)).startsWith(now);
      before = now;
      if (ends) {
        assertThat(now).isEqualTo(shown(decoded, stops)).isEqualTo(texts.cut(decoded));
        assertThat(texts.end(tokens)).hasValue(length);
        read.add(tokens, length);
        assertThat(read.text()).hasToString(now);
        return;
      }
    }
    assertThat(texts.end(tokens)).isEmpty();
  }

  @Test
  void aResponseEndsWithTheTokenAfterWhichItsTextHoldsAStopText() throws Exception {
    try (Tokenizer tokenizer = byteLevel()) {
      Random random = new Random(2);
      for (int i = 0; i < CASES; i++) {
        List<String> letters = someLetters(random);
        int[] tokens = split(tokenizer, text(random, letters, 20), random);
        // A control token, and a byte that breaks a character, somewhere.
        tokens[random.nextInt(tokens.length)] = random.nextBoolean() ? 258 : 0xE6;
        checkEnd(tokenizer, stops(random, letters), tokens);
      }
    }
  }

  /** Only what follows says whether bytes stand for characters; if it ends, nothing follows. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void soItDoesWhereBytesAreReadTogether(boolean strips) throws Exception {
    int[] likely = {
      ' ', ' ', '\n', 'a', 0xE6, 0x97, 0xA5, 0xFF, 257, 258, 259, 260, 261, 262, 258, '\n'
    };
    List<String> letters = List.of("\n", "a", "日", " ", "b");
    try (Tokenizer tokenizer = sentencePiece(strips)) {
      Random random = new Random(3);
      for (int i = 0; i < CASES; i++) {
        int[] tokens =
            random.ints(1 + random.nextInt(10), 0, likely.length).map(t -> likely[t]).toArray();
        if (random.nextBoolean() && tokens.length > 3) {
          System.arraycopy(new int[] {0xE6, 0x97, 0xA5}, 0, tokens, tokens.length - 3, 3);
        }
        List<String> stops =
            IntStream.range(0, 1 + random.nextInt(2))
                .mapToObj(
                    s ->
                        random
                            .ints(1 + random.nextInt(2), 0, letters.size())
                            .mapToObj(letters::get)
                            .collect(Collectors.joining()))
                .toList();
        checkEnd(tokenizer, stops, tokens);
      }
    }
  }

  /** Of stop texts complete with the same character the longest counts; else the first complete. */
  @Test
  void overlappingStopTextsAreCutAsTheyBecomeComplete() {
    StopTexts texts = new StopTexts(List.of("b", "abc", "ab"), () -> null);
    assertThat(texts.cut("xabc")).isEqualTo("x");
    assertThat(texts.cut("xbc")).isEqualTo("x");
    assertThat(new StopTexts(List.of("abc", "b"), () -> null).cut("xabc")).isEqualTo("xa");
    assertThat(texts.cut("xyz")).isEqualTo("xyz");
  }

  @Test
  void whatNoTextCanHoldIsNotLookedFor() {
    for (List<String> none :
        List.of(
            List.<String>of(),
            List.of(""),
            List.of("a", "\ud83d"),
            List.of("\ude00a"),
            List.of("a\ufffd"))) {
      assertThatThrownBy(() -> new StopTexts(none, () -> null))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(StopTexts.canBeFound("😀")).isTrue();
  }
}
