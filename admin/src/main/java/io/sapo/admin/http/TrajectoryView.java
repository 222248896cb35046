package io.sapo.admin.http;

import io.sapo.admin.run.RunState;
import io.sapo.admin.run.TrajectoryEntry;
import io.sapo.admin.run.VersionEntry;
import io.sapo.schemas.Credit;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/** Trajectories as JSON: the list's row, and the whole with its numbers per token and segment. */
final class TrajectoryView {
  private TrajectoryView() {}

  static JsonObject row(TrajectoryEntry entry, RunState run) {
    Optional<VersionEntry.Fate> fate = run.versions().fateOf(entry.position());
    OptionalLong staleness = staleness(entry, fate);
    return new JsonObject()
        .put("id", entry.ids().trajectory())
        .put("position", entry.position().toString())
        .put("atMs", entry.atMs())
        .put("groupId", entry.ids().group())
        .put("taskId", entry.ids().task())
        .put("producerId", entry.ids().producer())
        .put("verifier", entry.judged().verifier())
        .put("strategy", entry.judged().strategy())
        .put("tokens", entry.sampled().tokens())
        .put("segments", entry.judged().segments())
        .put("pictures", entry.sampled().pictures())
        .put("reward", Replies.number(entry.judged().reward()))
        .put("correct", entry.judged().correct())
        .put("firstVersion", entry.sampled().firstVersion())
        .put("lastVersion", entry.sampled().lastVersion())
        .put("finishReason", entry.sampled().finishReason())
        .put("consumedBy", fate.map(VersionEntry.Fate::version).orElse(null))
        .put("skipped", fate.map(VersionEntry.Fate::skipped).orElse(null))
        .put("staleness", staleness.isPresent() ? staleness.getAsLong() : null);
  }

  /** Versions between the one that began the trajectory and the one the update started from. */
  static OptionalLong staleness(TrajectoryEntry entry, Optional<VersionEntry.Fate> fate) {
    return fate.isPresent()
        ? OptionalLong.of(fate.get().parent() - entry.sampled().firstVersion())
        : OptionalLong.empty();
  }

  /**
   * @param credit what the update made of it; null when none is known
   * @throws ApiException 422 when the record's arrays contradict each other
   */
  static JsonObject whole(
      SegmentedTrajectory record, TrajectoryEntry entry, Credit credit, RunState run) {
    Trajectory trajectory = record.getTrajectory();
    try {
      return row(entry, run)
          .put("prompt", trajectory.getPrompt())
          .put("promptTokens", PackedArrays.count(trajectory.getPromptTokens(), Integer.BYTES))
          .put("pictureHashes", pictures(trajectory))
          .put("response", trajectory.getResponseText())
          .put("answer", trajectory.getAnswer())
          .put("sampling", VersionView.sampling(trajectory.getSampling()))
          .put("seed", Long.toString(trajectory.getSeed()))
          .put("startedAtMs", trajectory.getStartedAtMs())
          .put("finishedAtMs", trajectory.getFinishedAtMs())
          .put("group", group(record))
          .put("versions", versions(trajectory))
          .put("perToken", tokens(trajectory))
          .put("perSegment", new SegmentTable(record).json(credit));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new ApiException(
          422, "trajectory " + entry.position() + " contradicts itself: " + e.getMessage());
    }
  }

  private static JsonArray pictures(Trajectory trajectory) {
    JsonArray all = new JsonArray();
    for (Picture picture : trajectory.getPictures()) {
      all.add(picture.getSha256());
    }
    return all;
  }

  private static JsonObject group(SegmentedTrajectory record) {
    return new JsonObject()
        .put("mean", Replies.number(record.getGroupMean()))
        .put("std", Replies.number(record.getGroupStd()))
        .put("count", record.getGroupCount())
        .put("complete", record.getGroupComplete());
  }

  private static JsonArray versions(Trajectory trajectory) {
    JsonArray all = new JsonArray();
    for (VersionRun run : trajectory.getVersions()) {
      all.add(new JsonObject().put("version", run.getVersion()).put("tokens", run.getTokens()));
    }
    return all;
  }

  private static JsonObject tokens(Trajectory trajectory) {
    ByteBuffer mask = trajectory.getLossMask();
    JsonArray masked = null;
    if (mask != null) {
      masked = new JsonArray();
      for (int i = mask.position(); i < mask.limit(); i++) {
        masked.add((int) mask.get(i));
      }
    }
    JsonArray charEnds = new JsonArray();
    for (int end : PackedArrays.ints(trajectory.getTokenCharEnds())) {
      charEnds.add(end);
    }
    return new JsonObject()
        .put("charEnds", charEnds)
        .put("logProbs", floats(PackedArrays.floats(trajectory.getLogProbs())))
        .put("entropies", floats(PackedArrays.floats(trajectory.getEntropies())))
        .put("mask", masked);
  }

  static JsonArray floats(float[] values) {
    JsonArray all = new JsonArray();
    for (float value : values) {
      all.add(Float.isFinite(value) ? value : null);
    }
    return all;
  }
}
