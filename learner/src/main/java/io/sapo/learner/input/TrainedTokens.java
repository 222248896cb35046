package io.sapo.learner.input;

import io.sapo.schemas.VersionRun;
import java.util.Arrays;
import java.util.List;

/**
 * A response reduced to the tokens that its loss mask lets through, so that nothing behind
 * admission knows of masks. Arrays by trained token hold one element for each of them. A segment
 * without such a token disappears; its reward falls due with the next segment, or with the last
 * there is.
 *
 * @param indices ascending indices of the trained response tokens, at least one
 * @param segmentEnds by segment: index into the trained tokens of its last one, ascending
 * @param segmentIndices by segment: its index among the record's segments
 * @param segmentRewards by segment, the outcome in the last
 * @param recordSegments segments of the record, those without a trained token included
 * @param logProbs by trained token: of the behaviour policy
 * @param versions by trained token: that of the weights that drew it
 */
public record TrainedTokens(
    int[] indices,
    int[] segmentEnds,
    int[] segmentIndices,
    double[] segmentRewards,
    int recordSegments,
    double[] logProbs,
    long[] versions) {

  /**
   * @param versionRuns of all tokens
   */
  static TrainedTokens of(Admission.Fields fields, List<VersionRun> versionRuns)
      throws RefusedException {
    int tokens = fields.response().length;
    int[] indices = new int[tokens];
    int[] ends = new int[fields.segmentEnds().length];
    int[] kept = new int[ends.length];
    double[] rewards = new double[ends.length];
    int trained = 0;
    int segments = 0;
    double pending = 0;
    int token = 0;
    for (int segment = 0; segment < ends.length; segment++) {
      int before = trained;
      for (; token <= fields.segmentEnds()[segment]; token++) {
        if (fields.mask() == null || fields.mask()[token] != 0) {
          indices[trained++] = token;
        }
      }
      pending += fields.segmentRewards()[segment];
      if (trained > before) {
        ends[segments] = trained - 1;
        kept[segments] = segment;
        rewards[segments++] = pending;
        pending = 0;
      }
    }
    if (trained == 0) {
      throw new RefusedException("masked", "the loss mask leaves no token to train on");
    }
    rewards[segments - 1] += pending;
    double[] logProbs = new double[trained];
    for (int i = 0; i < trained; i++) {
      logProbs[i] = fields.logProbs()[indices[i]];
    }
    return new TrainedTokens(
        Arrays.copyOf(indices, trained),
        Arrays.copyOf(ends, segments),
        Arrays.copyOf(kept, segments),
        Arrays.copyOf(rewards, segments),
        fields.segmentEnds().length,
        logProbs,
        versions(Arrays.copyOf(indices, trained), versionRuns));
  }

  private static long[] versions(int[] indices, List<VersionRun> runs) {
    long[] versions = new long[indices.length];
    int run = 0;
    long end = runs.get(0).getTokens();
    for (int i = 0; i < indices.length; i++) {
      while (indices[i] >= end) {
        end += runs.get(++run).getTokens();
      }
      versions[i] = runs.get(run).getVersion();
    }
    return versions;
  }
}
