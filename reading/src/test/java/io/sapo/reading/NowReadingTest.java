package io.sapo.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NowReadingTest {
  private static String message() {
    ByteBuffer text = NowReading.message();
    StringBuilder message = new StringBuilder();
    text.rewind();
    for (byte next = text.get(); next != 0; next = text.get()) {
      message.append((char) next);
    }
    return message.toString();
  }

  @Test
  void saysWhatIsReadWhileItIs() {
    String within =
        NowReading.during(
            "record 7", () -> NowReading.during("a picture", NowReadingTest::message));
    assertThat(within)
        .startsWith("sapo: heap memory has ended while reading record 7; a picture (");
    assertThat(message()).contains("nothing was being read");
  }

  @Test
  void whatFailsIsNoLongerRead() {
    assertThatThrownBy(
            () ->
                NowReading.during(
                    "a file",
                    () -> {
                      throw new IOException("gone");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(message()).contains("nothing was being read");
  }

  @Test
  void namesAsLongAsRecordsAndReadersBeyondNumberAreCut() {
    assertThat(nested(100)).startsWith("sapo: ").hasSizeLessThan(4_000);
  }

  private static String nested(int depth) {
    return depth == 0
        ? message()
        : NowReading.during("\u00e4".repeat(10_000), () -> nested(depth - 1));
  }

  @Test
  void theTextIsWholeAfterOtherLengths() {
    NowReading.during("a long name of something", () -> 0);
    byte[] expected =
        "sapo: heap memory has ended while reading x".getBytes(StandardCharsets.UTF_8);
    String said = NowReading.during("x", NowReadingTest::message);
    assertThat(said.getBytes(StandardCharsets.UTF_8)).startsWith(expected);
    assertThat(said).endsWith("-Xmx4g)");
  }
}
