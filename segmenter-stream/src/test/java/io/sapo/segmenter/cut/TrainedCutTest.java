package io.sapo.segmenter.cut;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrainedCutTest {
  /** Tokens of two characters; the third and fourth are a tool's answer. */
  private static final String TEXT = "ab\nc\nd\nef Step 2";

  private static final int[] ENDS = {2, 4, 6, 8, 10, 14, 16};
  private static final float[] SURE = {-0.1f, -3, -3, -3, -0.1f, -3, -0.1f};
  private static final float[] ENTROPIES = {0.1f, 0.5f, 9, 9, 0.2f, 0.4f, 0.3f};
  private static final byte[] MASK = {1, 1, 0, 0, 1, 1, 1};
  private static final ResponseTokens RESPONSE = new ResponseTokens(TEXT, ENDS, SURE, ENTROPIES);

  @Test
  void whatIsNotTrainedIsNoEndAndDoesNotCount() {
    EntropyStrategy entropy = new EntropyStrategy(40);
    assertThat(TrainedCut.ends(entropy, RESPONSE, null)).containsExactly(1, 2, 3, 6);
    assertThat(TrainedCut.ends(entropy, RESPONSE, MASK)).containsExactly(1, 5, 6);
    ProbabilityStrategy probability = new ProbabilityStrategy(0.5, 2);
    assertThat(TrainedCut.ends(probability, RESPONSE, null)).containsExactly(2, 5, 6);
    assertThat(TrainedCut.ends(probability, RESPONSE, MASK)).containsExactly(5, 6);
    assertThat(TrainedCut.ends(new NewlineStrategy(), RESPONSE, MASK)).containsExactly(1, 6);
    assertThat(TrainedCut.ends(new StepStrategy(), RESPONSE, MASK)).containsExactly(4, 6);
  }

  @Test
  void theLastSegmentGoesToTheEndWhateverIsLeftOutThere() {
    byte[] mask = {1, 1, 0, 1, 0, 0, 0};
    for (SegmentationStrategy strategy :
        List.of(new EntropyStrategy(100), new NewlineStrategy(), new StepStrategy())) {
      int[] ends = TrainedCut.ends(strategy, RESPONSE, mask);
      assertThat(ends[ends.length - 1]).isEqualTo(6);
    }
    assertThat(TrainedCut.ends(new EntropyStrategy(100), RESPONSE, mask)).containsExactly(0, 1, 6);
    assertThat(TrainedCut.ends(new EntropyStrategy(30), RESPONSE, new byte[7])).containsExactly(6);
  }
}
