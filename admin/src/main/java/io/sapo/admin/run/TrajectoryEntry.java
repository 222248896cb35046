package io.sapo.admin.run;

import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.List;

/** What is kept of a segmented trajectory; the body is read back from {@code position}. */
public record TrajectoryEntry(
    Position position, long atMs, Ids ids, Sampled sampled, Judged judged) {

  /** By which it is found. */
  public record Ids(String trajectory, String group, String task, String producer) {}

  /**
   * The response as it was generated.
   *
   * @param firstVersion of its weights; -1 when it names none
   */
  public record Sampled(
      int tokens, int pictures, long firstVersion, long lastVersion, String finishReason) {}

  /** What the segmenter made of it. */
  public record Judged(
      String verifier, String strategy, int segments, double reward, boolean correct) {}

  static TrajectoryEntry of(Position position, long atMs, SegmentedTrajectory record) {
    Trajectory trajectory = record.getTrajectory();
    List<VersionRun> runs = trajectory.getVersions();
    return new TrajectoryEntry(
        position,
        atMs,
        new Ids(
            trajectory.getTrajectoryId(),
            trajectory.getGroupId(),
            trajectory.getTaskId(),
            trajectory.getProducerId().intern()),
        new Sampled(
            PackedArrays.count(trajectory.getResponseTokens(), Integer.BYTES),
            trajectory.getPictures().size(),
            runs.isEmpty() ? -1 : runs.get(0).getVersion(),
            runs.isEmpty() ? -1 : runs.get(runs.size() - 1).getVersion(),
            trajectory.getFinishReason().name()),
        new Judged(
            trajectory.getVerifier().intern(),
            record.getStrategy().intern(),
            PackedArrays.count(record.getSegmentEnds(), Integer.BYTES),
            record.getOutcomeReward(),
            record.getCorrect()));
  }
}
