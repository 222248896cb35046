package io.sapo.standalone.plan;

/**
 * Bytes of what a run writes.
 *
 * @param version a version that is published whole, before compression; deltas are smaller
 * @param checkpoint one checkpoint
 * @param checkpointsKept all that lie on disk at a time, one being written included
 * @param versionsKept published versions that lie in their topic at a time, one being published
 *     included
 * @param batch trajectories, segments and credits of one update, at most
 */
public record Records(
    long version, long checkpoint, long checkpointsKept, long versionsKept, long batch) {
  /** Of a token: its number, log-probability, entropy and version, then again in its segment. */
  private static final long TRAJECTORY_TOKEN = 16;

  /** That stay whatever their size. */
  private static final int ANCHORS = 2;

  private static final long SEGMENT_TOKEN = 10;
  private static final long PROMPT_TOKEN = 2 * Integer.BYTES;

  static Records of(Workload work) {
    ModelSizes sizes = work.sizes();
    boolean critic = work.learner().algorithm().usesCritic();
    long trained = sizes.actor() + (critic ? sizes.critic() : 0);
    long checkpoint = 3 * trained * Float.BYTES;
    long reference = work.referenceBytes();
    long batch =
        work.learner().batch().size()
            * (work.producer().newTokens() * (TRAJECTORY_TOKEN + SEGMENT_TOKEN)
                + work.producer().promptTokens() * PROMPT_TOKEN);
    long version = sizes.actor() * work.saving().published().bytes();
    return new Records(
        version,
        checkpoint,
        (work.saving().keepCheckpoints() + 1L) * checkpoint + reference,
        Math.max(work.saving().publishedBytes(), ANCHORS * version) + version,
        batch);
  }

  /**
   * Of the disk under a run's folder, before the records of updates.
   *
   * @param broker whether the topics lie there, too
   */
  public long disk(boolean broker) {
    return checkpointsKept + (broker ? versionsKept : 0);
  }
}
