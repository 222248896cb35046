package io.sapo.producer.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.text.FixedWordTokenizer;
import io.sapo.policy.text.GrowingText;
import io.sapo.policy.text.StopTexts;
import io.sapo.policy.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamedTurnTest {
  @TempDir Path temp;
  private final AtomicInteger news = new AtomicInteger();
  private Tokenizer tokenizer;
  private StreamedTurn stream;

  @BeforeEach
  void open() throws Exception {
    Path file = temp.resolve("tokenizer.json");
    Files.writeString(file, FixedWordTokenizer.tokenizerJson(List.of()), StandardCharsets.UTF_8);
    tokenizer = Tokenizer.open(file);
    stream = new StreamedTurn(tokenizer::growingText, news::incrementAndGet);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private void generated(String text, int lessBytes) {
    int[] tokens = tokenizer.encode(text);
    stream.sampled(Arrays.copyOf(tokens, tokens.length - lessBytes));
  }

  @Test
  void charactersComeWhole() {
    assertThat(stream.begun()).isFalse();
    generated("a€", 1);
    assertThat(stream.take()).isEqualTo("a");
    generated("a€😀", 2);
    assertThat(stream.take()).isEqualTo("€");
    assertThat(stream.take()).isEmpty();
    assertThat(stream.end("a€\ufffd")).isTrue();
    assertThat(stream.take()).isEqualTo("\ufffd");
    assertThat(news).hasValue(2);
  }

  /** Of a server that generates on behind a stop text, too. */
  @Test
  void whatMayBecomeAStopTextIsHeldBackAndNothingBehindOneIsRead() {
    StopTexts stops = new StopTexts(List.of("END"), tokenizer::growingText);
    stream = new StreamedTurn(stops::begin, news::incrementAndGet);
    generated("1 E", 0);
    assertThat(stream.take()).isEqualTo("1 ");
    generated("1 EN 2", 0);
    assertThat(stream.take()).isEqualTo("EN 2");
    generated("1 EN 2EN", 0);
    assertThat(stream.take()).isEmpty();
    generated("1 EN 2END, and on", 0);
    assertThat(stream.take()).isEmpty();
    assertThat(stream.end("1 EN 2")).isTrue();
    assertThat(stream.take()).isEmpty();
  }

  /** It was no stop text after all. */
  @Test
  void whatWasHeldBackComesAtTheEnd() {
    StopTexts stops = new StopTexts(List.of("END"), tokenizer::growingText);
    stream = new StreamedTurn(stops::begin, news::incrementAndGet);
    generated("1 EN", 0);
    assertThat(stream.take()).isEqualTo("1 ");
    assertThat(stream.end("1 EN")).isTrue();
    assertThat(stream.take()).isEqualTo("EN");
  }

  @Test
  void aSlowReaderGetsMoreAtATime() {
    String text = "0123456789".repeat(100);
    for (int length = 1; length <= text.length(); length++) {
      generated(text.substring(0, length), 0);
    }
    assertThat(stream.take()).isEqualTo(text);
  }

  /** Reading all tokens again each time, a hundred thousand took minutes of the event loop. */
  @Test
  void eachTokenIsReadOnce() {
    AtomicInteger read = new AtomicInteger();
    stream = new StreamedTurn(() -> counted(tokenizer.growingText(), read), news::incrementAndGet);
    String text = "0123456789".repeat(100);
    for (int length = 1; length <= text.length(); length++) {
      generated(text.substring(0, length), 0);
      assertThat(stream.take()).hasSize(1);
    }
    assertThat(read).hasValue(text.length());
  }

  private static GrowingText counted(GrowingText text, AtomicInteger read) {
    return new GrowingText() {
      @Override
      public void add(int[] tokens, int from) {
        read.addAndGet(tokens.length - from);
        text.add(tokens, from);
      }

      @Override
      public CharSequence text() {
        return text.text();
      }
    };
  }

  @Test
  void whatIsGeneratedAgainIsSentOnlyFromWhereItGoesOn() {
    generated("abc", 0);
    assertThat(stream.take()).isEqualTo("abc");
    generated("a", 0);
    assertThat(stream.take()).isEmpty();
    generated("abcd", 0);
    assertThat(stream.take()).isEqualTo("d");
    assertThat(stream.end("abcde")).isTrue();
    assertThat(stream.take()).isEqualTo("e");
  }

  @Test
  void anotherTextIsNoEndOfWhatWasSent() {
    generated("abc", 0);
    assertThat(stream.take()).isEqualTo("abc");
    generated("abX", 0);
    assertThat(stream.take()).isEmpty();
    assertThat(stream.end("abXY")).isFalse();
  }
}
