package io.sapo.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FinalAnswerTest {
  private static final List<String> PIECES =
      List.of("answer", "ANSWER", "Answ", "er", ":", " is", " IS", "**:", "w", "W", "x", "7", " ");

  /** The definition, as slowly as it can be said. */
  private static int afterLastPhrase(String text) {
    for (int end = text.length(); end >= 0; end--) {
      for (String phrase : List.of("answer:", "answer is", "answer**:")) {
        int at = end - phrase.length();
        if (at >= 0 && text.substring(at, end).equalsIgnoreCase(phrase)) {
          return end;
        }
      }
    }
    return -1;
  }

  @Test
  void theLastPhraseCountsInAnyCase() {
    Random random = new Random(5);
    int stated = 0;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      // Unmistakable, and in place of the rest of the line.
      int after = afterLastPhrase(text.toString());
      if (after >= 0) {
        text.insert(after, "<" + round + ">\n");
        stated++;
        assertThat(FinalAnswer.marked(text.toString()))
            .as(text.toString())
            .hasValue("<" + round + ">");
      } else {
        assertThat(FinalAnswer.marked(text.toString())).as(text.toString()).isEmpty();
      }
    }
    assertThat(stated).isBetween(2_000, 18_000);
  }
}
