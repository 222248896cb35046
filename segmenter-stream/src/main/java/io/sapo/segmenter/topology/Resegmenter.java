package io.sapo.segmenter.topology;

import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.ResponseTokens;
import io.sapo.segmenter.cut.SegmentationStrategy;
import io.sapo.verifier.Verifiers;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts recorded trajectories anew, through the code that cut them first. The outcome's reward and
 * the group's statistics stay as recorded, whatever the settings of rewards are now: they do not
 * depend on the cut. Judges outside the stream are not asked again: what they said is in the
 * record, and what they gave a segment goes to the one that holds its last token now. Thread-safe.
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
      Accepted accepted = new Accepted(source, trajectory, response);
      Cut cut = segmenter.cut(accepted);
      return segmenter.segmentAgain(accepted, cut, judgements(recorded, cut.ends()), recorded);
    } catch (RefusedException e) {
      throw new IllegalArgumentException(
          "trajectory "
              + trajectory.getTrajectoryId()
              + " was cut once, but is refused now: "
              + e.getMessage(),
          e);
    }
  }

  private static List<Judgement> judgements(SegmentedTrajectory recorded, int[] ends) {
    List<Judgement> moved = new ArrayList<>();
    for (Judgement judgement : recorded.getJudgements()) {
      double[] given = PackedArrays.doubles(judgement.getSegmentRewards());
      if (given.length > 0) {
        int[] before = PackedArrays.ints(recorded.getSegmentEnds());
        judgement =
            Judgement.newBuilder(judgement)
                .setSegmentRewards(PackedArrays.pack(moved(given, before, ends)))
                .build();
      }
      moved.add(judgement);
    }
    return moved;
  }

  private static double[] moved(double[] given, int[] before, int[] ends) {
    double[] moved = new double[ends.length];
    int at = 0;
    for (int i = 0; i < given.length; i++) {
      while (ends[at] < before[i]) {
        at++;
      }
      moved[at] += given[i];
    }
    return moved;
  }
}
