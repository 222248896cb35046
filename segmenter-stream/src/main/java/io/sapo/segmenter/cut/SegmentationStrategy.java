package io.sapo.segmenter.cut;

/**
 * Decides after which tokens a segment ends. Stateless and thread-safe.
 *
 * <p>{@link #describe} and {@link #parse} are inverse, so that the description recorded with a
 * trajectory names the cut completely.
 */
public interface SegmentationStrategy {
  /**
   * Zero-based index of each segment's last token, strictly ascending; the last entry is the last
   * token.
   */
  int[] ends(ResponseTokens response);

  /** Name with parameters, such as {@code entropy(30%)}; see {@link #parse}. */
  String describe();

  /**
   * Reads {@code entropy(K%)}, {@code newline}, {@code step} or {@code probability(P,C)}: a segment
   * ends at the K percent of tokens with the highest entropy; at each newline; before each "Step
   * n"; after every C-th token of sampled probability below P. A bare {@code entropy} is {@code
   * entropy(30%)}, a bare {@code probability} is {@code probability(0.5,10)}.
   *
   * @throws IllegalArgumentException when the text is none of these or a number is out of range
   */
  static SegmentationStrategy parse(String text) {
    return StrategySyntax.parse(text);
  }
}
