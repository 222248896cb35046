package io.sapo.segmenter.cut;

import java.util.Arrays;

/**
 * Cuts what the model wrote and is trained on: tokens that the loss mask leaves out (a tool's
 * answer, another's turn) are no ends, and neither their text nor their number counts.
 */
public final class TrainedCut {

  private TrainedCut() {}

  /**
   * Ends among all tokens. What is left out behind a trained token belongs to its segment or the
   * next one; behind the last trained token, to the last segment.
   *
   * @param mask one a token, 0 for one that is not trained; null where every token is
   */
  public static int[] ends(SegmentationStrategy strategy, ResponseTokens response, byte[] mask) {
    if (mask == null) {
      return strategy.ends(response);
    }
    int last = response.count() - 1;
    int[] trained = trained(mask);
    if (trained.length == 0) {
      return new int[] {last};
    }
    int[] ends = strategy.ends(select(response, trained));
    for (int i = 0; i < ends.length; i++) {
      ends[i] = trained[ends[i]];
    }
    ends[ends.length - 1] = last;
    return ends;
  }

  private static int[] trained(byte[] mask) {
    int[] trained = new int[mask.length];
    int count = 0;
    for (int i = 0; i < mask.length; i++) {
      if (mask[i] != 0) {
        trained[count++] = i;
      }
    }
    return Arrays.copyOf(trained, count);
  }

  private static ResponseTokens select(ResponseTokens response, int[] trained) {
    StringBuilder text = new StringBuilder();
    int[] charEnds = new int[trained.length];
    float[] logProbs = new float[trained.length];
    float[] entropies = new float[trained.length];
    for (int i = 0; i < trained.length; i++) {
      int token = trained[i];
      int start = token == 0 ? 0 : response.charEnds()[token - 1];
      text.append(response.text(), start, response.charEnds()[token]);
      charEnds[i] = text.length();
      logProbs[i] = response.logProbs()[token];
      entropies[i] = response.entropies()[token];
    }
    return new ResponseTokens(text.toString(), charEnds, logProbs, entropies);
  }
}
