package io.sapo.admin.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sapo.admin.run.RunState;
import io.sapo.admin.run.TrajectoryEntry;
import io.sapo.admin.run.VersionEntry;
import io.sapo.schemas.Credit;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/** Trajectories as JSON: the list's row, and the whole with its numbers per token and segment. */
final class TrajectoryView {
  private static final int SMALL_BYTES = 1 << 13;
  private static final int BYTES_OF_TOKEN = 36;
  private static final int BYTES_OF_SEGMENT = 72;
  private static final int BYTES_OF_VERSION = 32;

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
   * @param judging what is known of why it got its reward, as fields
   * @param credit what the update made of it; null when none is known
   * @throws ApiException 422 when the record's arrays contradict each other
   */
  static Buffer whole(
      SegmentedTrajectory record,
      TrajectoryEntry entry,
      Credit credit,
      RunState run,
      JsonObject judging) {
    Trajectory trajectory = record.getTrajectory();
    try {
      JsonObject small =
          row(entry, run)
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
              .mergeIn(judging);
      SegmentTable segments = new SegmentTable(record);
      return JsonText.object(
          small,
          bytes(record),
          json -> {
            writeVersions(json, trajectory);
            json.writeObjectFieldStart("perToken");
            writeTokens(json, trajectory);
            json.writeEndObject();
            json.writeObjectFieldStart("perSegment");
            segments.write(json, credit);
            json.writeEndObject();
          });
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new ApiException(
          422, "trajectory " + entry.position() + " contradicts itself: " + e.getMessage());
    }
  }

  /** About as many as the text will have. */
  private static int bytes(SegmentedTrajectory record) {
    Trajectory trajectory = record.getTrajectory();
    return SMALL_BYTES
        + trajectory.getPrompt().length()
        + trajectory.getResponseText().length()
        + BYTES_OF_TOKEN * PackedArrays.count(trajectory.getResponseTokens(), Integer.BYTES)
        + BYTES_OF_VERSION * trajectory.getVersions().size()
        + BYTES_OF_SEGMENT * PackedArrays.count(record.getSegmentEnds(), Integer.BYTES);
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

  /** A trajectory may have as many as tokens. */
  private static void writeVersions(JsonGenerator json, Trajectory trajectory) throws IOException {
    json.writeArrayFieldStart("versions");
    for (VersionRun run : trajectory.getVersions()) {
      json.writeStartObject();
      json.writeNumberField("version", run.getVersion());
      json.writeNumberField("tokens", run.getTokens());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeTokens(JsonGenerator json, Trajectory trajectory) throws IOException {
    JsonText.column(json, "charEnds", PackedArrays.ints(trajectory.getTokenCharEnds()));
    JsonText.column(json, "logProbs", PackedArrays.floats(trajectory.getLogProbs()));
    JsonText.column(json, "entropies", PackedArrays.floats(trajectory.getEntropies()));
    ByteBuffer mask = trajectory.getLossMask();
    if (mask == null) {
      json.writeNullField("mask");
      return;
    }
    json.writeArrayFieldStart("mask");
    for (int i = mask.position(); i < mask.limit(); i++) {
      json.writeNumber(mask.get(i));
    }
    json.writeEndArray();
  }
}
