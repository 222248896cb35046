package io.sapo.learner.algorithm;

/**
 * Responses cut into segments, as three ragged shapes over the same flat token axis.
 *
 * @param tokens the tokens of each response
 * @param segments the segments of each response
 * @param spans the tokens of each segment; never empty
 */
public record Segmentation(Ragged tokens, Ragged segments, Ragged spans) {

  public Segmentation {
    if (segments.rows() != tokens.rows()
        || spans.rows() != segments.size()
        || spans.size() != tokens.size()) {
      throw new IllegalArgumentException(
          "segments do not cover the tokens: %d responses of %d tokens, %d rows of %d segments, %d spans of %d tokens"
              .formatted(
                  tokens.rows(),
                  tokens.size(),
                  segments.rows(),
                  segments.size(),
                  spans.rows(),
                  spans.size()));
    }
  }

  /**
   * @param lastTokens for each response, the ascending zero-based indices of its segments' last
   *     tokens; the response's own last token must be the last of them
   */
  public static Segmentation of(Ragged tokens, int[][] lastTokens) {
    if (lastTokens.length != tokens.rows()) {
      throw new IllegalArgumentException(
          "segment ends of " + lastTokens.length + " responses for " + tokens.rows());
    }
    int[] counts = new int[lastTokens.length];
    for (int row = 0; row < counts.length; row++) {
      counts[row] = lastTokens[row].length;
    }
    Ragged segments = Ragged.ofLengths(counts);
    int[] offsets = new int[segments.size() + 1];
    int segment = 0;
    for (int row = 0; row < lastTokens.length; row++) {
      int previous = -1;
      for (int last : lastTokens[row]) {
        if (last <= previous || last >= tokens.length(row)) {
          throw new IllegalArgumentException(
              "response %d of %d tokens: segment end %d after %d"
                  .formatted(row, tokens.length(row), last, previous));
        }
        offsets[++segment] = tokens.start(row) + last + 1;
        previous = last;
      }
      if (previous != tokens.length(row) - 1) {
        throw new IllegalArgumentException(
            "response %d of %d tokens: its last segment ends at %d"
                .formatted(row, tokens.length(row), previous));
      }
    }
    return new Segmentation(tokens, segments, new Ragged(offsets));
  }

  /** Every token a segment of its own. */
  public static Segmentation everyToken(Ragged tokens) {
    int[] offsets = new int[tokens.size() + 1];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = i;
    }
    return new Segmentation(tokens, tokens, new Ragged(offsets));
  }

  /** Every response one segment; responses must not be empty. */
  public static Segmentation wholeResponse(Ragged tokens) {
    int[] offsets = new int[tokens.rows() + 1];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = i;
    }
    return new Segmentation(tokens, new Ragged(offsets), tokens);
  }

  /** For each segment the flat index of the token before which its value is read. */
  public int[] valuePositions(ValueReading reading) {
    int[] positions = new int[spans.rows()];
    for (int segment = 0; segment < positions.length; segment++) {
      positions[segment] =
          reading == ValueReading.SEGMENT_START ? spans.start(segment) : spans.end(segment) - 1;
    }
    return positions;
  }

  /** The given responses only, in the given order. */
  public Segmentation select(int[] rows) {
    Ragged chosenSegments = segments.select(rows);
    int[] lengths = new int[chosenSegments.size()];
    int to = 0;
    for (int row : rows) {
      for (int segment = segments.start(row); segment < segments.end(row); segment++) {
        lengths[to++] = spans.length(segment);
      }
    }
    return new Segmentation(tokens.select(rows), chosenSegments, Ragged.ofLengths(lengths));
  }
}
