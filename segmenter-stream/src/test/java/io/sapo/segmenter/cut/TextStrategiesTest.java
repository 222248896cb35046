package io.sapo.segmenter.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextStrategiesTest {
  @Test
  void newlineEndsAtTheTokenThatHoldsIt() {
    assertThat(segments("newline", "read", " 3\n", "then", "\n", "\n", "5\nis", " it"))
        .containsExactly("read 3\n", "then\n", "\n", "5\nis", " it");
  }

  @Test
  void newlineAtTheEndAddsNoEmptySegment() {
    assertThat(segments("newline", "a", "\n")).containsExactly("a\n");
  }

  @Test
  void stepEndsBeforeTheNextMarker() {
    assertThat(segments("step", "Step", " 1", ": add", "\n", "Step 2", ": end", " Step 3", "."))
        .containsExactly("Step 1: add\n", "Step 2: end", " Step 3.");
  }

  @Test
  void textBeforeTheFirstStepIsASegment() {
    assertThat(segments("step", "We", " look.", "\n**", "STEP 1", "** done"))
        .containsExactly("We look.\n**", "STEP 1** done");
  }

  @ParameterizedTest
  @ValueSource(strings = {"see step 2", "Steps 2", "Overstep 1", "Step one", "Step"})
  void stepIgnoresWhatIsNoMarker(String text) {
    assertThat(segments("step", "as ", text, " says")).hasSize(1);
  }

  @Test
  void twoMarkersInOneTokenMakeOneSegment() {
    assertThat(segments("step", "x", "Step 1 Step 2", "y")).containsExactly("x", "Step 1 Step 2y");
  }

  @Test
  void tokensWithoutTextBelongToTheSegmentAroundThem() {
    // Parts of one character, and special tokens that the text omits.
    assertThat(cut("newline", "", "", "\n", "", "b", "")).containsExactly(2, 5);
    assertThat(cut("step", "", ".", "", "Step 1", "")).containsExactly(2, 4);
  }

  @Test
  void probabilityCountsTokensBelowTheThreshold() {
    float low = (float) Math.log(0.2);
    float high = (float) Math.log(0.9);
    float[] logProbs = {low, high, low, low, high, low, high};
    ResponseTokens response =
        new ResponseTokens("", new int[logProbs.length], logProbs, new float[logProbs.length]);

    assertThat(new ProbabilityStrategy(0.5, 2).ends(response)).containsExactly(2, 5, 6);
    assertThat(new ProbabilityStrategy(0.5, 1).ends(response)).containsExactly(0, 2, 3, 5, 6);
    assertThat(new ProbabilityStrategy(0.1, 1).ends(response)).containsExactly(6);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "entropy|entropy(30%)",
        "entropy(10%)|entropy(10%)",
        "Entropy( 12.5 % )|entropy(12.5%)",
        "entropy(100)|entropy(100%)",
        "newline|newline",
        " step |step",
        "probability|probability(0.5,10)",
        "probability(0.25, 3)|probability(0.25,3)",
        "probability(1.0E-10,3)|probability(1.0E-10,3)"
      })
  void parsesWhatItDescribes(String text, String description) {
    SegmentationStrategy strategy = SegmentationStrategy.parse(text);

    assertThat(strategy.describe()).isEqualTo(description);
    assertThat(SegmentationStrategy.parse(description)).isEqualTo(strategy);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sentence",
        "entropy()",
        "entropy(0%)",
        "entropy(101%)",
        "entropy(3 0%)",
        "entropy(30%,1)",
        "newline(1)",
        "step(2)",
        "probability(0.5)",
        "probability(2,1)",
        "probability(0.5,0)",
        "probability(0.5,1.5)",
        "entropy(30%) newline"
      })
  void refusesWhatIsNoStrategy(String text) {
    assertThatThrownBy(() -> SegmentationStrategy.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s).*(none of entropy|must be|cannot end).*");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyStrategyCoversTheResponseOnce(long seed) {
    Random random = new Random(seed);
    String[] pieces = {"", "a", "\n", "Step 1", " Step 2\n", "Ste", "p 3", "\ud83d\ude00"};
    for (int trial = 0; trial < 300; trial++) {
      ResponseTokens response =
          response(
              random
                  .ints(1 + random.nextInt(40), 0, pieces.length)
                  .mapToObj(i -> pieces[i])
                  .toArray(String[]::new));
      for (String strategy : List.of("entropy(20%)", "newline", "step", "probability(0.5,2)")) {
        int[] ends = SegmentationStrategy.parse(strategy).ends(response);

        assertThat(ends).isSorted().doesNotHaveDuplicates().isNotEmpty();
        assertThat(ends[0]).isNotNegative();
        assertThat(ends[ends.length - 1]).isEqualTo(response.count() - 1);
      }
    }
  }

  private static int[] cut(String strategy, String... tokens) {
    return SegmentationStrategy.parse(strategy).ends(response(tokens));
  }

  private static List<String> segments(String strategy, String... tokens) {
    ResponseTokens response = response(tokens);
    List<String> segments = new ArrayList<>();
    int start = 0;
    for (int end : SegmentationStrategy.parse(strategy).ends(response)) {
      segments.add(response.text().substring(start, response.charEnds()[end]));
      start = response.charEnds()[end];
    }
    return segments;
  }

  private static ResponseTokens response(String... tokens) {
    int[] lengths = IntStream.range(0, tokens.length).map(i -> tokens[i].length()).toArray();
    int[] charEnds = lengths.clone();
    for (int i = 1; i < charEnds.length; i++) {
      charEnds[i] += charEnds[i - 1];
    }
    float[] logProbs = new float[tokens.length];
    float[] entropies = new float[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      logProbs[i] = -(i % 3);
      entropies[i] = i % 5;
    }
    return new ResponseTokens(String.join("", tokens), charEnds, logProbs, entropies);
  }
}
