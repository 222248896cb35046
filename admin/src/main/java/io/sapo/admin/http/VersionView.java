package io.sapo.admin.http;

import io.sapo.admin.run.RunState;
import io.sapo.admin.run.TrajectoryEntry;
import io.sapo.admin.run.VersionEntry;
import io.sapo.schemas.Evaluation;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.WeightVersion;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Weight versions and evaluations as JSON. */
final class VersionView {
  private static final int ANCESTORS = 20;

  private VersionView() {}

  static JsonObject row(VersionEntry entry) {
    return new JsonObject()
        .put("version", entry.version())
        .put("parent", entry.parent())
        .put("runId", entry.runId())
        .put("committedAtMs", entry.committedAtMs())
        .put("trained", entry.trained())
        .put("skipped", entry.skipped())
        .put("consumedTotal", entry.consumedTotal())
        .put("trainedTotal", entry.trainedTotal())
        .put("klCoefficient", Replies.number(entry.klCoefficient()))
        .put("configDigest", entry.configDigest())
        .put("anchor", entry.anchor())
        .put("checkpointVersion", entry.checkpointVersion())
        .put("metrics", Replies.numbers(entry.metrics()));
  }

  /** The commit record, its evaluations and where it comes from. */
  static JsonObject whole(WeightVersion record, VersionEntry entry, RunState run) {
    return row(entry)
        .put("position", entry.position().toString())
        .put("inputs", inputs(record))
        .put("trajectoryPositions", positions(record))
        .put("actorSha256", record.getActorSha256())
        .put("criticSha256", record.getCriticSha256())
        .put("optimizerSha256", record.getOptimizerSha256())
        .put("elementType", record.getElementType().name())
        .put("anchorVersion", record.getAnchorVersion())
        .put("firstChunkOffset", record.getFirstChunkOffset())
        .put("chunkCount", record.getChunkCount())
        .put("checkpoint", record.getCheckpoint())
        .put("config", config(record.getConfig()))
        .put("evaluations", evaluations(run, entry.version()))
        .put("lineage", lineage(entry, run));
  }

  private static JsonArray inputs(WeightVersion record) {
    JsonArray all = new JsonArray();
    for (InputRange range : record.getInputs()) {
      JsonArray skipped = new JsonArray();
      for (Skipped one : range.getSkipped()) {
        skipped.add(
            new JsonObject()
                .put("offset", one.getOffset())
                .put("to", InputRanges.end(one))
                .put("records", one.getRecords())
                .put("reason", one.getReason()));
      }
      all.add(
          new JsonObject()
              .put("partition", range.getPartition())
              .put("from", range.getFrom())
              .put("to", range.getTo())
              .put("trained", range.getTrained())
              .put("skipped", skipped));
    }
    return all;
  }

  private static JsonObject positions(WeightVersion record) {
    JsonObject all = new JsonObject();
    new TreeMap<>(record.getTrajectoryPositions()).forEach(all::put);
    return all;
  }

  /** Secrets hidden; text that is no JSON object is shown under {@code text}. */
  static JsonObject config(String canonical) {
    try {
      return Secrets.hide(new JsonObject(canonical));
    } catch (DecodeException e) {
      return new JsonObject().put("text", canonical);
    }
  }

  /** Parents, and which versions sampled what this one was trained on. */
  private static JsonObject lineage(VersionEntry entry, RunState run) {
    JsonArray parents = new JsonArray();
    for (VersionEntry parent : run.versions().ancestors(entry.version(), ANCESTORS)) {
      parents.add(
          new JsonObject()
              .put("version", parent.version())
              .put("runId", parent.runId())
              .put("configDigest", parent.configDigest())
              .put("trained", parent.trained()));
    }
    SortedMap<Long, Integer> sampledBy = new TreeMap<>();
    for (TrajectoryEntry trajectory : run.trajectories().consumedBy(entry)) {
      sampledBy.merge(trajectory.sampled().firstVersion(), 1, Integer::sum);
    }
    JsonArray samplers = new JsonArray();
    sampledBy.forEach(
        (version, count) ->
            samplers.add(new JsonObject().put("version", version).put("trajectories", count)));
    return new JsonObject().put("parents", parents).put("sampledBy", samplers);
  }

  private static JsonArray evaluations(RunState run, long version) {
    JsonArray all = new JsonArray();
    for (Evaluation evaluation : run.evaluations().all()) {
      if (evaluation.getVersion() == version) {
        all.add(evaluation(evaluation));
      }
    }
    return all;
  }

  static JsonObject evaluation(Evaluation evaluation) {
    return new JsonObject()
        .put("version", evaluation.getVersion())
        .put("source", evaluation.getSource())
        .put("tasks", evaluation.getTasks())
        .put("correct", evaluation.getCorrect())
        .put("accuracy", Replies.number(evaluation.getAccuracy()))
        .put("meanReward", Replies.number(evaluation.getMeanReward()))
        .put("meanResponseTokens", Replies.number(evaluation.getMeanResponseTokens()))
        .put("sampling", sampling(evaluation.getSampling()))
        .put("seed", Long.toString(evaluation.getSeed()))
        .put("atMs", evaluation.getAtMs());
  }

  static JsonObject sampling(Sampling sampling) {
    return new JsonObject()
        .put("temperature", Replies.number(sampling.getTemperature()))
        .put("topP", Replies.number(sampling.getTopP()))
        .put("topK", sampling.getTopK())
        .put("maxNewTokens", sampling.getMaxNewTokens());
  }

  /**
   * Every metric over versions, as columns, thinned to at most {@code points} rows; the newest is
   * always there.
   */
  static JsonObject series(RunState run, long after, int points) {
    List<VersionEntry> all = run.versions().oldestFirst(after);
    int stride = Math.max(1, (all.size() + points - 1) / points);
    JsonArray versions = new JsonArray();
    JsonArray times = new JsonArray();
    SortedSet<String> names = new TreeSet<>();
    all.forEach(entry -> names.addAll(entry.metrics().keySet()));
    SortedMap<String, JsonArray> columns = new TreeMap<>();
    names.forEach(name -> columns.put(name, new JsonArray()));
    int first = all.isEmpty() ? 0 : (all.size() - 1) % stride;
    for (int i = first; i < all.size(); i += stride) {
      VersionEntry entry = all.get(i);
      versions.add(entry.version());
      times.add(entry.committedAtMs());
      columns.forEach(
          (name, column) -> {
            Double value = entry.metrics().get(name);
            column.add(value == null ? null : Replies.number(value));
          });
    }
    JsonObject metrics = new JsonObject();
    columns.forEach(metrics::put);
    return new JsonObject()
        .put("versions", versions)
        .put("committedAtMs", times)
        .put("metrics", metrics);
  }
}
