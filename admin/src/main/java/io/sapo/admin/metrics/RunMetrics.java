package io.sapo.admin.metrics;

import static java.util.Locale.ROOT;

import io.sapo.admin.health.Condition;
import io.sapo.admin.health.Health;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Evaluation;
import io.sapo.schemas.Status;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The run as Prometheus text: heartbeat gauges and the newest report under the names that the
 * components gave them, positions, lags, and the conditions as alerts. Pure.
 */
public final class RunMetrics {
  private final PrometheusText text = new PrometheusText();

  private RunMetrics() {}

  public static String of(RunState run, Lags lags, List<Condition> conditions, long nowMs) {
    RunMetrics metrics = new RunMetrics();
    metrics.conditions(conditions);
    metrics.components(run, nowMs);
    metrics.versions(run, nowMs);
    metrics.positions(run, lags);
    metrics.deadLetters(run);
    return metrics.text.toString();
  }

  private void conditions(List<Condition> conditions) {
    text.gauge("sapo_ready", "1 when no condition fails", Health.ready(conditions) ? 1 : 0);
    for (Condition condition : conditions) {
      text.gauge(
          "sapo_alert",
          "1 when the condition fails; the same conditions decide readiness",
          condition.state() == Condition.State.FAILING ? 1 : 0,
          "condition",
          condition.id());
    }
  }

  private void components(RunState run, long nowMs) {
    for (Status status : run.heartbeats().all()) {
      String component = status.getComponent().name().toLowerCase(ROOT);
      String[] labels = {"component", component, "instance", status.getInstance()};
      double age = Math.max(0, nowMs - status.getAtMs()) / 1000.0;
      text.gauge("sapo_heartbeat_age_seconds", "Time since the last heartbeat", age, labels);
      text.gauge("sapo_component_version", "Weight version in use", status.getVersion(), labels);
      for (Map.Entry<String, Double> gauge : new TreeMap<>(status.getGauges()).entrySet()) {
        text.named(
            "sapo_" + component + "_" + gauge.getKey(),
            "From the component's heartbeat",
            gauge.getValue(),
            "instance",
            status.getInstance());
      }
    }
  }

  private void versions(RunState run, long nowMs) {
    run.versions()
        .newest()
        .ifPresent(
            newest -> {
              text.gauge("sapo_version", "Newest weight version", newest.version());
              text.gauge(
                  "sapo_version_age_seconds",
                  "Time since the newest version was committed",
                  Math.max(0, nowMs - newest.committedAtMs()) / 1000.0);
              text.counter(
                  "sapo_records_consumed_total",
                  "Segments records consumed, trained on or skipped",
                  newest.consumedTotal());
              text.counter(
                  "sapo_records_trained_total",
                  "Segments records trained on",
                  newest.trainedTotal());
              newest
                  .metrics()
                  .forEach(
                      (name, value) ->
                          text.gauge("sapo_update_" + name, "Report of the newest update", value));
            });
    List<Evaluation> evaluated = run.evaluations().page(null, 1, any -> true).entries();
    for (Evaluation evaluation : evaluated) {
      text.gauge(
          "sapo_evaluation_accuracy_ratio",
          "Share of held-out tasks answered right by the newest evaluated version",
          evaluation.getAccuracy(),
          "source",
          evaluation.getSource());
    }
  }

  private void positions(RunState run, Lags lags) {
    int prefix = run.topics().prefix().length();
    lags.topics()
        .forEach(
            (topic, flow) -> {
              String name = topic.substring(prefix);
              text.counter(
                  "sapo_topic_offsets_total",
                  "End offsets of the topic, all partitions",
                  flow.records(),
                  "topic",
                  name);
            });
    for (Lags.Group group : lags.groups()) {
      text.gauge(
          "sapo_consumer_lag_records",
          "Offsets between the group's position and the end of the topic",
          group.lag(),
          "group",
          group.group(),
          "topic",
          group.topic().substring(prefix));
    }
  }

  private void deadLetters(RunState run) {
    run.deadLetterReasons()
        .forEach(
            (reason, count) ->
                text.counter(
                    "sapo_dead_letters_total", "Dead letters seen", count, "reason", reason));
    text.counter(
        "sapo_unreadable_records_total",
        "Records of the run's topics that this server could not read",
        run.unreadable());
  }
}
