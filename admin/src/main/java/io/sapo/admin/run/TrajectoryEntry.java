package io.sapo.admin.run;

import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.List;

/** What is kept of a segmented trajectory; the body is read back from {@code position}. */
public record TrajectoryEntry(
    Position position,
    long atMs,
    String trajectoryId,
    String groupId,
    String taskId,
    String producerId,
    String verifier,
    String strategy,
    int tokens,
    int segments,
    int pictures,
    double reward,
    boolean correct,
    long firstVersion,
    long lastVersion,
    String finishReason) {

  static TrajectoryEntry of(Position position, long atMs, SegmentedTrajectory record) {
    Trajectory trajectory = record.getTrajectory();
    List<VersionRun> runs = trajectory.getVersions();
    return new TrajectoryEntry(
        position,
        atMs,
        trajectory.getTrajectoryId(),
        trajectory.getGroupId(),
        trajectory.getTaskId(),
        trajectory.getProducerId().intern(),
        trajectory.getVerifier().intern(),
        record.getStrategy().intern(),
        PackedArrays.count(trajectory.getResponseTokens(), Integer.BYTES),
        PackedArrays.count(record.getSegmentEnds(), Integer.BYTES),
        trajectory.getPictures().size(),
        record.getOutcomeReward(),
        record.getCorrect(),
        runs.isEmpty() ? -1 : runs.get(0).getVersion(),
        runs.isEmpty() ? -1 : runs.get(runs.size() - 1).getVersion(),
        trajectory.getFinishReason().name());
  }
}
