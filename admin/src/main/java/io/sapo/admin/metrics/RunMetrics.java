package io.sapo.admin.metrics;

import io.sapo.admin.health.Condition;
import io.sapo.admin.health.Health;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Evaluation;
import io.sapo.schemas.RoleName;
import io.sapo.schemas.Status;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The run as Prometheus text: heartbeat gauges and the newest report under the names that the
 * components gave them, positions, lags, and the conditions as alerts. Pure.
 */
public final class RunMetrics {
  /** Not {@code instance}: that is Prometheus' own name for what it scrapes. */
  private static final String MEMBER = "member";

  private static final Set<String> COUNTERS =
      Set.of(
          "records_read",
          "records_segmented",
          "dead_letters",
          "rewards_length_normalised",
          "rewards_formatted",
          "rewards_overlong",
          "process_scored_segments");

  private static final Pattern COUNTER_OF_ONE =
      Pattern.compile("dead_letters_.*+|judge_.*_(?:judged|given_up)");

  private final MetricFamilies families = new MetricFamilies();

  private RunMetrics() {}

  /**
   * @param caughtUp whether what lay in the topics at the start has been read; what is counted from
   *     records is left out before that
   */
  public static String of(
      RunState run, Lags lags, boolean caughtUp, List<Condition> conditions, long nowMs) {
    RunMetrics metrics = new RunMetrics();
    metrics.conditions(conditions);
    metrics.positions(run, lags);
    metrics.deadLetters(run, lags);
    if (caughtUp) {
      metrics.counted(run);
    }
    metrics.evaluations(run);
    metrics.versions(run, nowMs);
    metrics.leftOut();
    // Last, as there is no room for any number of names: those of the run itself come first.
    metrics.components(run, nowMs);
    metrics.leftOut();
    return metrics.families.text();
  }

  private void leftOut() {
    families.gauge(
        "sapo_metric_names_left_out",
        "Names of gauges in heartbeats for which there is no room here",
        families.leftOut());
  }

  private void conditions(List<Condition> conditions) {
    families.gauge("sapo_healthy", "1 when no condition fails", Health.healthy(conditions) ? 1 : 0);
    for (Condition condition : conditions) {
      families.gauge(
          "sapo_alert",
          "1 when the condition fails; /health/conditions says why",
          condition.state() == Condition.State.FAILING ? 1 : 0,
          "condition",
          condition.id());
    }
  }

  private void components(RunState run, long nowMs) {
    for (Status status : run.heartbeats().all()) {
      String component = RoleName.of(status);
      String[] labels = {"component", component, MEMBER, status.getInstance()};
      double age = Math.max(0, nowMs - status.getAtMs()) / 1000.0;
      families.gauge("sapo_heartbeat_age_seconds", "Time since the last heartbeat", age, labels);
      families.gauge(
          "sapo_component_version", "Weight version in use", status.getVersion(), labels);
      for (Map.Entry<String, Double> gauge : new TreeMap<>(status.getGauges()).entrySet()) {
        families.named(
            "sapo_" + component + "_" + counted(gauge.getKey()),
            "From the component's heartbeat",
            gauge.getValue(),
            MEMBER,
            status.getInstance());
      }
    }
  }

  /** Heartbeats call what only grows by its bare name; Prometheus wants it said. */
  private static String counted(String gauge) {
    boolean counter = COUNTERS.contains(gauge) || COUNTER_OF_ONE.matcher(gauge).matches();
    return counter ? gauge + "_total" : gauge;
  }

  private void versions(RunState run, long nowMs) {
    run.versions()
        .newest()
        .ifPresent(
            newest -> {
              families.gauge("sapo_version", "Newest weight version", newest.version());
              families.gauge(
                  "sapo_version_age_seconds",
                  "Time since the newest version was committed",
                  Math.max(0, nowMs - newest.committedAtMs()) / 1000.0);
              families.counter(
                  "sapo_records_consumed_total",
                  "Segments records consumed, trained on or skipped",
                  newest.consumedTotal());
              families.counter(
                  "sapo_records_trained_total",
                  "Segments records trained on",
                  newest.trainedTotal());
              newest
                  .metrics()
                  .forEach(
                      (name, value) ->
                          families.gauge(
                              "sapo_update_" + name, "Report of the newest update", value));
            });
  }

  private void evaluations(RunState run) {
    List<Evaluation> evaluated = run.evaluations().page(null, 1, any -> true).entries();
    for (Evaluation evaluation : evaluated) {
      families.gauge(
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
              families.counter(
                  "sapo_topic_offsets_total",
                  "End offsets of the topic, all partitions",
                  flow.records(),
                  "topic",
                  name);
            });
    for (Lags.Group group : lags.groups()) {
      families.gauge(
          "sapo_consumer_lag_records",
          "Offsets between the group's position and the end of the topic",
          group.lag(),
          "group",
          group.group(),
          "topic",
          group.topic().substring(prefix));
    }
  }

  /** By the topic's end: what this server has read of it begins anew with the server. */
  private void deadLetters(RunState run, Lags lags) {
    Lags.Flow flow = lags.topics().get(run.topics().deadLetters());
    if (flow != null) {
      families.counter(
          "sapo_dead_letters_total",
          "Offsets written to the dead-letters topic: letters, and ends of their transactions",
          flow.records());
    }
  }

  private void counted(RunState run) {
    run.deadLetterReasons()
        .forEach(
            (reason, count) ->
                families.gauge(
                    "sapo_newest_dead_letters",
                    "Dead letters by reason, of the newest ones that this server keeps",
                    count,
                    "reason",
                    reason));
    families.gauge(
        "sapo_unreadable_records",
        "Records of the run's topics that this server could not read since it started, old ones"
            + " that it reads again included",
        run.unreadable());
  }
}
