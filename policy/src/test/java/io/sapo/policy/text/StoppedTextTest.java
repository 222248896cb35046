package io.sapo.policy.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoppedTextTest {
  @TempDir private Path temp;

  private Tokenizer open() throws IOException {
    return Tokenizer.open(
        Files.writeString(
            temp.resolve("tokenizer.json"), FixedWordTokenizer.tokenizerJson(List.of())));
  }

  @Test
  void whatMayBecomeAStopTextIsHeldBack() throws Exception {
    try (Tokenizer tokenizer = open()) {
      StoppedText read = new StopTexts(List.of("\nOb", "日"), tokenizer::growingText).begin();
      List<String> shown = new ArrayList<>();
      for (int token : "x\nO\nOa本\nObc".getBytes(StandardCharsets.UTF_8)) {
        read.add(new int[] {token & 0xff}, 0);
        shown.add(read.text().toString());
      }
      assertThat(shown)
          .containsExactly(
              "x",
              "x",
              "x",
              "x\nO",
              "x\nO",
              "x\nO\nOa",
              "x\nO\nOa",
              "x\nO\nOa",
              "x\nO\nOa本",
              "x\nO\nOa本",
              "x\nO\nOa本",
              "x\nO\nOa本",
              "x\nO\nOa本");
    }
  }

  /** A response of many tokens is not read again with each of them. */
  @Test
  void eachTokenAndCharacterIsReadOnce() throws Exception {
    String text = "a".repeat(20_000);
    AtomicLong tokensRead = new AtomicLong();
    AtomicLong charactersRead = new AtomicLong();
    try (Tokenizer tokenizer = open()) {
      StopTexts texts =
          new StopTexts(
              List.of("a".repeat(255) + "b", "aab"),
              () -> counted(tokenizer.growingText(), tokensRead, charactersRead));
      StoppedText read = texts.begin();
      text.chars().forEach(token -> assertThat(read.endsWith(token)).isFalse());
      assertThat(read.text()).hasToString(text.substring(255));
      assertThat(read.endsWith('b')).isTrue();
      assertThat(read.text()).hasToString(text.substring(255));
      assertThat(tokensRead).hasValue(text.length() + 1);
      // Once to look, once to show.
      assertThat(charactersRead.get()).isLessThanOrEqualTo(2L * text.length());
    }
  }

  private static GrowingText counted(GrowingText of, AtomicLong tokens, AtomicLong characters) {
    return new GrowingText() {
      @Override
      public void add(int[] more, int from) {
        tokens.addAndGet(more.length - from);
        of.add(more, from);
      }

      @Override
      public CharSequence text() {
        CharSequence text = of.text();
        return new CharSequence() {
          @Override
          public int length() {
            return text.length();
          }

          @Override
          public char charAt(int at) {
            characters.incrementAndGet();
            return text.charAt(at);
          }

          @Override
          public CharSequence subSequence(int from, int until) {
            characters.addAndGet(until - from);
            return text.subSequence(from, until);
          }
        };
      }
    };
  }
}
