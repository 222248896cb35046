package io.sapo.admin.http;

import io.sapo.admin.run.DeadLetterEntry;
import io.sapo.admin.run.Position;
import io.sapo.admin.run.RecentLog;
import io.sapo.admin.run.RunState;
import io.sapo.admin.run.VersionEntry;
import io.sapo.admin.topics.RecordFetcher;
import io.sapo.schemas.RoleName;
import io.sapo.schemas.WeightVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Versions, evaluations, dead letters and config. */
final class RunApi {
  private final RunState run;
  private final RecordFetcher fetcher;
  private final SortedMap<String, String> adminConfig;

  RunApi(RunState run, RecordFetcher fetcher, SortedMap<String, String> adminConfig) {
    this.run = run;
    this.fetcher = fetcher;
    this.adminConfig = adminConfig;
  }

  void versions(RoutingContext context) {
    Query query = new Query(context, Set.of("limit", "before", "after"));
    int limit = (int) query.number("limit", 1, 500, 50);
    long before = query.number("before", 0, Long.MAX_VALUE, Long.MAX_VALUE);
    long after = query.number("after", -1, Long.MAX_VALUE, -1);
    List<VersionEntry> page = run.versions().newestFirst(after, before, limit + 1);
    boolean more = page.size() > limit;
    JsonArray rows = new JsonArray();
    page.stream().limit(limit).map(VersionView::row).forEach(rows::add);
    Replies.json(
        context,
        new JsonObject()
            .put("versions", rows)
            .put("next", more ? Long.toString(page.get(limit - 1).version()) : null));
  }

  void version(RoutingContext context) {
    new Query(context, Set.of());
    VersionEntry entry = known(context.pathParam("version"));
    Replies.when(
        context,
        fetcher.fetch(
            run.topics().weights().name(),
            entry.position(),
            record -> {
              WeightVersion whole = run.topics().weights().codec().decode(record.value());
              return VersionView.whole(whole, entry, run);
            }),
        json -> Replies.json(context, json));
  }

  private VersionEntry known(String text) {
    try {
      return run.versions()
          .get(Long.parseLong(text))
          .orElseThrow(() -> new ApiException(404, "version " + text + " is not known here"));
    } catch (NumberFormatException e) {
      throw new ApiException(400, "a version is a whole number");
    }
  }

  void series(RoutingContext context) {
    Query query = new Query(context, Set.of("after", "points"));
    long after = query.number("after", -1, Long.MAX_VALUE, -1);
    int points = (int) query.number("points", 2, 2_000, 500);
    Replies.json(context, VersionView.series(run, after, points));
  }

  void evaluations(RoutingContext context) {
    Query query = new Query(context, Set.of("limit"));
    int limit = (int) query.number("limit", 1, 2_000, 200);
    JsonArray rows = new JsonArray();
    run.evaluations()
        .page(null, limit, any -> true)
        .entries()
        .forEach(evaluation -> rows.add(VersionView.evaluation(evaluation)));
    Replies.json(context, new JsonObject().put("evaluations", rows));
  }

  void deadLetters(RoutingContext context) {
    Query query = new Query(context, Set.of("limit", "before", "reason"));
    int limit = (int) query.number("limit", 1, 200, 50);
    String reason = query.text("reason");
    RecentLog.Page<DeadLetterEntry> page =
        run.deadLetters()
            .page(
                query.position("before"),
                limit,
                entry -> reason == null || reason.equals(entry.reason()));
    JsonArray rows = new JsonArray();
    page.entries().forEach(entry -> rows.add(DeadLetterView.row(entry)));
    JsonArray reasons = new JsonArray();
    run.deadLetterReasons().entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(
            counted ->
                reasons.add(
                    new JsonObject()
                        .put("reason", counted.getKey())
                        .put("count", counted.getValue())));
    Replies.json(
        context,
        new JsonObject()
            .put("deadLetters", rows)
            .put("matched", page.matched())
            .put("reasons", reasons)
            .put("next", next(page)));
  }

  private static String next(RecentLog.Page<DeadLetterEntry> page) {
    return page.more() ? page.entries().get(page.entries().size() - 1).position().toString() : null;
  }

  void deadLetter(RoutingContext context) {
    new Query(context, Set.of());
    String text = context.pathParam("position");
    DeadLetterEntry entry =
        Position.parse(text)
            .map(run.deadLetters()::get)
            .orElseThrow(() -> new ApiException(404, "no dead letter is known at this position"));
    Replies.when(
        context,
        fetcher.fetch(
            run.topics().deadLetters(),
            entry.position(),
            record -> DeadLetterView.whole(entry, record.value(), run.topics())),
        json -> Replies.json(context, json));
  }

  /** What is in force: the learner's config, what components say of themselves, this server. */
  void config(RoutingContext context) {
    new Query(context, Set.of());
    JsonObject components = new JsonObject();
    run.heartbeats()
        .all()
        .forEach(
            status ->
                components.put(
                    RoleName.of(status) + "/" + status.getInstance(),
                    Replies.texts(Secrets.hide(new TreeMap<>(status.getInfo())))));
    Replies.json(
        context,
        new JsonObject()
            .put("digest", run.versions().newest().map(VersionEntry::configDigest).orElse(null))
            .put("learner", VersionView.config(run.newestConfig()))
            .put("components", components)
            .put("admin", Replies.texts(adminConfig)));
  }
}
