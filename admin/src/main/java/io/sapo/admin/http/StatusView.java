package io.sapo.admin.http;

import static java.util.Locale.ROOT;

import io.sapo.admin.health.Condition;
import io.sapo.admin.health.Health;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Evaluation;
import io.sapo.schemas.RoleName;
import io.sapo.schemas.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.TreeMap;

/** The whole run at a glance, as {@code /status} and {@code /events} show it. */
final class StatusView {
  private final RunState run;
  private final Health health;

  StatusView(RunState run, Health health) {
    this.run = run;
    this.health = health;
  }

  /** Holds no time of its own, so that equal answers mean that nothing has changed. */
  JsonObject of(Lags lags, List<Condition> conditions, long nowMs) {
    return new JsonObject()
        .put("ready", Health.healthy(conditions))
        .put("conditions", conditions(conditions))
        .put("newest", run.versions().newest().map(VersionView::row).orElse(null))
        .put("evaluation", newestEvaluation())
        .put("components", components(nowMs))
        .put("topics", topics(lags))
        .put("groups", groups(lags))
        .put("trajectories", run.trajectories().seen())
        .put("deadLetters", run.deadLetters().seen())
        .put("deadLetterReasons", reasons())
        .put("unreadable", run.unreadable())
        .put("lastUnreadable", run.lastUnreadable());
  }

  static JsonArray conditions(List<Condition> conditions) {
    JsonArray all = new JsonArray();
    for (Condition condition : conditions) {
      all.add(
          new JsonObject()
              .put("id", condition.id())
              .put("title", condition.title())
              .put("state", condition.state().name().toLowerCase(ROOT))
              .put("reason", condition.reason()));
    }
    return all;
  }

  private JsonArray components(long nowMs) {
    JsonArray all = new JsonArray();
    for (Status status : run.heartbeats().all()) {
      all.add(
          new JsonObject()
              .put("component", RoleName.of(status))
              .put("instance", status.getInstance())
              .put("state", status.getState())
              .put("silent", health.silent(status, nowMs))
              .put("message", status.getMessage())
              .put("version", status.getVersion())
              .put("startedAtMs", status.getStartedAtMs())
              .put("atMs", status.getAtMs())
              .put("intervalMs", status.getIntervalMs())
              .put("gauges", Replies.numbers(new TreeMap<>(status.getGauges())))
              .put("info", Replies.texts(Secrets.hide(status.getInfo()))));
    }
    return all;
  }

  private JsonArray topics(Lags lags) {
    JsonArray all = new JsonArray();
    String prefix = run.topics().prefix();
    lags.topics()
        .forEach(
            (topic, flow) ->
                all.add(
                    new JsonObject()
                        .put("topic", topic)
                        .put("name", topic.substring(prefix.length()))
                        .put("records", flow.records())
                        .put("perSecond", Math.round(flow.perSecond() * 100) / 100.0)));
    return all;
  }

  private static JsonArray groups(Lags lags) {
    JsonArray all = new JsonArray();
    for (Lags.Group group : lags.groups()) {
      all.add(
          new JsonObject()
              .put("group", group.group())
              .put("topic", group.topic())
              .put("lag", group.lag())
              .put("growth", group.growth()));
    }
    return all;
  }

  private JsonObject reasons() {
    JsonObject all = new JsonObject();
    run.deadLetterReasons().forEach(all::put);
    return all;
  }

  private JsonObject newestEvaluation() {
    List<Evaluation> newest = run.evaluations().page(null, 1, any -> true).entries();
    return newest.isEmpty() ? null : VersionView.evaluation(newest.get(0));
  }
}
