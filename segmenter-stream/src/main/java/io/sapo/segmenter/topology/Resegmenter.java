package io.sapo.segmenter.topology;

import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.ResponseTokens;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.segmenter.verify.Verifiers;

/**
 * Cuts recorded trajectories anew, through the code that cut them first. The group's statistics
 * stay: they do not depend on the cut. Thread-safe.
 */
public final class Resegmenter {
  private final Topics topics;
  private final TrajectorySegmenter segmenter;

  public Resegmenter(Topics topics, SegmentationStrategy strategy, Verifiers verifiers) {
    this.topics = topics;
    this.segmenter = new TrajectorySegmenter(strategy, verifiers, new Counters());
  }

  /**
   * @throws IllegalArgumentException when the trajectory would be refused now
   */
  public SegmentedTrajectory cut(SegmentedTrajectory recorded) {
    Trajectory trajectory = recorded.getTrajectory();
    byte[] key = Topic.keyBytes(trajectory.getGroupId());
    Source source =
        new Source(
            key,
            topics.trajectories().codec().encode(trajectory),
            topics.trajectories().name(),
            recorded.getSourcePartition(),
            recorded.getSourceOffset());
    try {
      ResponseTokens response = TrajectoryRules.check(key, trajectory);
      SegmentedTrajectory anew = segmenter.segment(new Accepted(source, trajectory, response));
      anew.setGroupMean(recorded.getGroupMean());
      anew.setGroupStd(recorded.getGroupStd());
      anew.setGroupCount(recorded.getGroupCount());
      anew.setGroupComplete(recorded.getGroupComplete());
      return anew;
    } catch (RefusedException e) {
      throw new IllegalArgumentException(
          "trajectory "
              + trajectory.getTrajectoryId()
              + " was cut once, but is refused now: "
              + e.getMessage(),
          e);
    }
  }
}
