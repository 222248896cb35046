package io.sapo.standalone.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.command.CommandFailure;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.measurements.Measurements;
import io.sapo.standalone.measurements.Measurements.Point;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes what a run has measured into a run of an MLflow server, which is found again by a tag with
 * this run's id. The same again adds what is new: MLflow appends whatever it is told, so each point
 * comes with its number in its topic as a metric of its own, by which it is known to be there.
 * Timestamps, steps and values are those of the topics.
 *
 * <p>One export of a run at a time: two that begin together may each make a run.
 */
public final class MlflowExport {
  static final String RUN_ID = "sapo.run_id";
  static final String UPDATE_NUMBER = "update/number";
  static final String EVALUATION_NUMBER = "evaluation/number";

  /** Of one request, as MLflow bounds them. */
  private static final int MOST_METRICS = 1_000;

  private static final int MOST_PARAMS = 100;
  private static final int MOST_PARAM_CHARS = 500;
  private static final int PAGE = 1_000;

  private final MlflowServer server;

  public MlflowExport(MlflowServer server) {
    this.server = server;
  }

  /**
   * What was written.
   *
   * @param run MLflow's id
   * @param points that are new
   */
  public record Written(String run, int updates, int evaluations, int points) {}

  /**
   * @param measured a version at least
   * @param experiment made where there is none of the name
   * @throws CommandFailure where the server refuses or cannot be reached; what was written stays
   */
  public Written write(Measurements measured, String experiment) {
    WeightVersion first = measured.first();
    String run = run(experiment(experiment), first);
    logParams(run, first);
    List<Point> updates = measured.updates();
    int points = log(run, UPDATE_NUMBER, updates);
    points += log(run, EVALUATION_NUMBER, measured.evaluations());
    if (points > 0) {
      finish(run, measured);
    }
    return new Written(run, updates.size(), measured.evaluations().size(), points);
  }

  private String experiment(String name) {
    Optional<JsonNode> there =
        server.find("experiments/get-by-name", Map.of("experiment_name", name));
    if (there.isPresent()) {
      JsonNode experiment = there.get().path("experiment");
      if (experiment.path("lifecycle_stage").asText().equals("deleted")) {
        throw CommandFailure.failed(
            "experiment '%s' was deleted on the MLflow server; restore it there, or name another one"
                .formatted(name));
      }
      return text(experiment, "experiment_id");
    }
    ObjectNode body = MlflowServer.JSON.createObjectNode().put("name", name);
    return text(server.post("experiments/create", body), "experiment_id");
  }

  private String run(String experiment, WeightVersion first) {
    if (!first.getRunId().matches("[^'\"]{1,250}")) {
      throw CommandFailure.failed("the id of the run, " + first.getRunId() + ", has a quote in it");
    }
    ObjectNode search = MlflowServer.JSON.createObjectNode().put("max_results", 1);
    search.putArray("experiment_ids").add(experiment);
    search.put("filter", "tags.`%s` = '%s'".formatted(RUN_ID, first.getRunId()));
    JsonNode found = server.post("runs/search", search).path("runs").path(0);
    if (found.isObject()) {
      return text(found.path("info"), "run_id");
    }
    ObjectNode body = MlflowServer.JSON.createObjectNode();
    body.put("experiment_id", experiment).put("run_name", first.getRunId());
    body.put("start_time", first.getCommittedAtMs());
    body.putArray("tags").addObject().put("key", RUN_ID).put("value", first.getRunId());
    return text(server.post("runs/create", body).path("run").path("info"), "run_id");
  }

  /** Of the first version: MLflow's parameters never change. The same ones again are no change. */
  private void logParams(String run, WeightVersion first) {
    Map<String, String> params = new LinkedHashMap<>();
    try {
      flatten("", MlflowServer.JSON.readTree(first.getConfig()), params);
    } catch (JsonProcessingException e) {
      throw CommandFailure.failed("the configuration of version 0 is not JSON", e);
    }
    List<Map.Entry<String, String>> all = List.copyOf(params.entrySet());
    for (int from = 0; from < all.size(); from += MOST_PARAMS) {
      ObjectNode body = MlflowServer.JSON.createObjectNode().put("run_id", run);
      ArrayNode batch = body.putArray("params");
      for (var param : all.subList(from, Math.min(all.size(), from + MOST_PARAMS))) {
        batch.addObject().put("key", param.getKey()).put("value", param.getValue());
      }
      server.post("runs/log-batch", body);
    }
  }

  private static void flatten(String name, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              field ->
                  flatten(
                      name.isEmpty() ? field.getKey() : name + "." + field.getKey(),
                      field.getValue(),
                      into));
    } else {
      String value = node.isValueNode() ? node.asText() : node.toString();
      into.put(name, value.substring(0, Math.min(value.length(), MOST_PARAM_CHARS)));
    }
  }

  /**
   * @param number metric with each point's number, from 1
   * @return points that were not there
   */
  private int log(String run, String number, List<Point> points) {
    Set<Long> there = there(run, number);
    List<ObjectNode> batch = new ArrayList<>();
    int logged = 0;
    for (int i = 0; i < points.size(); i++) {
      if (there.contains(i + 1L)) {
        continue;
      }
      Point point = points.get(i);
      if (batch.size() + point.values().size() + 1 > MOST_METRICS) {
        send(run, batch);
      }
      point.values().forEach((key, value) -> batch.add(metric(key, value, point)));
      // Last: where it is, the others are.
      batch.add(metric(number, i + 1.0, point));
      logged++;
    }
    send(run, batch);
    return logged;
  }

  private Set<Long> there(String run, String number) {
    Set<Long> there = new HashSet<>();
    Map<String, String> query = new HashMap<>();
    query.put("run_id", run);
    query.put("metric_key", number);
    query.put("max_results", Integer.toString(PAGE));
    String page;
    do {
      JsonNode history =
          server
              .find("metrics/get-history", query)
              .orElseThrow(() -> CommandFailure.failed("MLflow's run " + run + " is gone"));
      history.path("metrics").forEach(metric -> there.add(metric.path("value").asLong()));
      page = history.path("next_page_token").asText("");
    } while (!page.isEmpty() && !page.equals(query.put("page_token", page)));
    return there;
  }

  private static ObjectNode metric(String key, double value, Point point) {
    ObjectNode metric = MlflowServer.JSON.createObjectNode().put("key", key);
    // As JSON has no number for it, Protocol Buffers write it as text.
    if (Double.isFinite(value)) {
      metric.put("value", value);
    } else {
      metric.put("value", Double.toString(value));
    }
    return metric.put("timestamp", point.atMs()).put("step", point.step());
  }

  private void send(String run, List<ObjectNode> batch) {
    if (!batch.isEmpty()) {
      ObjectNode body = MlflowServer.JSON.createObjectNode().put("run_id", run);
      body.putArray("metrics").addAll(batch);
      server.post("runs/log-batch", body);
      batch.clear();
    }
  }

  /** As of the newest commit; a run that goes on is finished again. */
  private void finish(String run, Measurements measured) {
    Point last = measured.updates().get(measured.updates().size() - 1);
    server.post(
        "runs/update",
        MlflowServer.JSON
            .createObjectNode()
            .put("run_id", run)
            .put("status", "FINISHED")
            .put("end_time", last.atMs()));
  }

  private static String text(JsonNode node, String field) {
    if (!node.path(field).isTextual()) {
      throw CommandFailure.failed("the MLflow server's answer has no '" + field + "'");
    }
    return node.path(field).asText();
  }
}
