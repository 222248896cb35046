package io.sapo.policy.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.picture.PreparedPicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  private static final List<String> WORDS =
      List.of(" red", " reduce", " green", " edge", "red", "The", "Answer", " =", " bar", "How");

  @TempDir static Path folder;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void build() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, FixedWordTokenizer.tokenizerJson(WORDS));
    tokenizer = Tokenizer.open(file);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void everyWordIsOneToken() {
    for (String word : WORDS) {
      assertThat(tokenizer.encode(word)).as(word).hasSize(1);
    }
    assertThat(tokenizer.encode("The red bar = 12\nAnswer"))
        .containsExactly(
            tokenizer.id("The"),
            tokenizer.id("Ġred"),
            tokenizer.id("Ġbar"),
            tokenizer.id("Ġ="),
            ' ',
            '1',
            '2',
            '\n',
            tokenizer.id("Answer"));
    assertThat(tokenizer.vocabularySize()).isLessThan(320);
  }

  @Test
  void specialTokensKeepTheirNamesAndIds() {
    assertThat(tokenizer.encode("<|vision_start|><|image_pad|><|vision_end|>red<|im_end|>"))
        .containsExactly(259, 262, 260, tokenizer.id("red"), 258);
    assertThat(tokenizer.id("<|endoftext|>")).isEqualTo(256);
    assertThatThrownBy(() -> tokenizer.id("<|absent|>")).hasMessageContaining("<|absent|>");
  }

  @Test
  void wordsThatBreakEachOtherAreRefused() {
    assertThatThrownBy(() -> FixedWordTokenizer.tokenizerJson(List.of("ere", "rer")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rer");
  }

  @Test
  void arbitraryTextComesBack() {
    Random random = new Random(11);
    for (int i = 0; i < 500; i++) {
      String text = randomText(random);
      int[] tokens = tokenizer.encode(text);
      DecodedResponse decoded = tokenizer.decodeResponse(tokens);
      assertThat(decoded.text()).isEqualTo(text);
      assertThat(decoded.tokenEnds()).hasSize(tokens.length).isSorted();
      assertThat(decoded.tokenEnds()[tokens.length - 1]).isEqualTo(text.length());
    }
  }

  @Test
  void longTextIsNotTruncated() {
    assertThat(tokenizer.encode(" red".repeat(5000))).hasSize(5000);
    assertThat(tokenizer.encode("")).isEmpty();
    assertThat(tokenizer.encode("a\ud800b")).containsExactly('a', '?', 'b');
    assertThat(tokenizer.encode("a\0b")).containsExactly('a', 0, 'b');
  }

  @Test
  void aCharacterCountsOnceItsLastByteIsThere() {
    int[] euro = tokenizer.encode("x€y");
    DecodedResponse decoded = tokenizer.decodeResponse(euro);
    assertThat(decoded.tokenEnds()).containsExactly(1, 1, 1, 2, 3);
    DecodedResponse face = tokenizer.decodeResponse(tokenizer.encode("😀!"));
    assertThat(face.tokenEnds()).containsExactly(0, 0, 0, 2, 3);
  }

  @Test
  void aBeginningEndsWithAWholeCharacter() {
    int[] tokens = tokenizer.encode("x€😀y");
    List<String> beginnings = new ArrayList<>();
    GrowingText growing = tokenizer.growingText();
    for (int length = 1; length <= tokens.length; length++) {
      growing.add(Arrays.copyOf(tokens, length), length - 1);
      beginnings.add(growing.text().toString());
    }
    assertThat(beginnings).containsExactly("x", "x", "x", "x€", "x€", "x€", "x€", "x€😀", "x€😀y");
    GrowingText cut = tokenizer.growingText();
    cut.add(new int[] {'a', 0xe2, 0x82}, 0);
    assertThat(cut.text()).hasToString("a");
    cut.add(new int[] {'b'}, 0);
    assertThat(cut.text()).hasToString("a\ufffdb");
  }

  /** Random bytes, words and control tokens, in parts of any length. */
  @Test
  void aTextThatGrowsIsTheTextOfItsTokens() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      int[] tokens = random.ints(40, 0, tokenizer.vocabularySize()).toArray();
      GrowingText growing = tokenizer.growingText();
      for (int length = 0; length < tokens.length; ) {
        int more = Math.min(tokens.length, length + random.nextInt(6));
        growing.add(Arrays.copyOf(tokens, more), length);
        length = more;
        String whole = tokenizer.decodeResponse(Arrays.copyOf(tokens, length)).text();
        assertThat(whole).startsWith(growing.text());
        assertThat(whole.length() - growing.text().length()).isLessThanOrEqualTo(1);
      }
      growing.add(new int[] {'.'}, 0);
      int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
      ended[tokens.length] = '.';
      assertThat(growing.text()).hasToString(tokenizer.decodeResponse(ended).text());
    }
  }

  @Test
  void incompleteAndInvalidBytesBecomeReplacementCharacters() {
    DecodedResponse cut = tokenizer.decodeResponse(new int[] {'a', 0xe2, 0x82});
    assertThat(cut.text()).isEqualTo("a\ufffd");
    assertThat(cut.tokenEnds()).containsExactly(1, 1, 2);
    DecodedResponse invalid = tokenizer.decodeResponse(new int[] {0xff, 'b', 0xe2, 'c'});
    assertThat(invalid.text()).isEqualTo("\ufffdb\ufffdc");
    assertThat(invalid.tokenEnds()).containsExactly(1, 2, 2, 4);
  }

  @Test
  void specialTokensAddNoText() {
    DecodedResponse decoded =
        tokenizer.decodeResponse(new int[] {'4', 0xe2, 258, 0x82, 0xac, 258, 100_000});
    assertThat(decoded.text()).isEqualTo("4€");
    assertThat(decoded.tokenEnds()).containsExactly(1, 1, 1, 1, 2, 2, 2);
    assertThat(tokenizer.decodeResponse(new int[0]).text()).isEmpty();
  }

  @Test
  void imageTokensExpandToTheirPicturesSizes() {
    PreparedPicture small = new PreparedPicture(1, 4, 4, new float[16]);
    PreparedPicture large = new PreparedPicture(1, 4, 6, new float[24]);
    assertThat(
            Tokenizer.expandImageTokens(new int[] {1, 262, 2, 262}, 262, List.of(large, small), 2))
        .containsExactly(1, 262, 262, 262, 262, 262, 262, 2, 262, 262, 262, 262);
    assertThatThrownBy(() -> Tokenizer.expandImageTokens(new int[] {1, 262}, 262, List.of(), 2))
        .hasMessageContaining("1 image tokens for 0 pictures");
  }

  @Test
  void unusableFilesAreRefusedByName() throws IOException {
    Path file = folder.resolve("other.json");
    assertThatThrownBy(() -> Tokenizer.open(file))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("other.json");
    String good = FixedWordTokenizer.tokenizerJson(WORDS);
    for (String bad :
        List.of(
            "{\"model\": {}}",
            good.replace("\"ByteLevel\"", "\"Metaspace\""),
            good.replace("\"BPE\"", "\"Unknown\""),
            good.replace("\"id\" : 257", "\"id\" : -1"))) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> Tokenizer.open(file))
          .isInstanceOf(InvalidCheckpointException.class)
          .hasMessageContaining("other.json");
    }
  }

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    int length = 1 + random.nextInt(30);
    while (text.length() < length) {
      switch (random.nextInt(4)) {
        case 0 -> text.append(WORDS.get(random.nextInt(WORDS.size())));
        case 1 -> text.append((char) (' ' + random.nextInt(95)));
        case 2 -> text.appendCodePoint(0x4e00 + random.nextInt(0x5000));
        default -> text.appendCodePoint(0x1f300 + random.nextInt(0x200));
      }
    }
    return text.toString();
  }
}
