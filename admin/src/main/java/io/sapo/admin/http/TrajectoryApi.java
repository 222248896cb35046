package io.sapo.admin.http;

import io.sapo.admin.run.Explainer;
import io.sapo.admin.run.Position;
import io.sapo.admin.run.RecentLog;
import io.sapo.admin.run.RunState;
import io.sapo.admin.run.TrajectoryEntry;
import io.sapo.admin.run.VersionEntry;
import io.sapo.admin.topics.RecordFetcher;
import io.sapo.pictures.PictureFiles;
import io.sapo.schemas.Credit;
import io.sapo.schemas.Picture;
import io.sapo.schemas.SegmentedTrajectory;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Trajectories: the filtered list, one whole, its pictures. Bodies are read back from Kafka. */
final class TrajectoryApi {
  private static final Set<String> FILTERS =
      Set.of(
          "limit",
          "before",
          "id",
          "task",
          "verifier",
          "version",
          "consumedBy",
          "minReward",
          "maxReward",
          "minStaleness",
          "maxStaleness",
          "correct",
          "skipped");

  private final RunState run;
  private final RecordFetcher fetcher;
  private final PictureFiles pictures;
  private final Explainer explainer;

  TrajectoryApi(RunState run, RecordFetcher fetcher, PictureFiles pictures, Explainer explainer) {
    this.run = run;
    this.fetcher = fetcher;
    this.pictures = pictures;
    this.explainer = explainer;
  }

  void list(RoutingContext context) {
    Query query = new Query(context, FILTERS);
    int limit = (int) query.number("limit", 1, 200, 50);
    RecentLog.Page<TrajectoryEntry> page =
        run.trajectories().page(query.position("before"), limit, filter(query));
    JsonArray rows = new JsonArray();
    page.entries().forEach(entry -> rows.add(TrajectoryView.row(entry, run)));
    List<TrajectoryEntry> entries = page.entries();
    Replies.json(
        context,
        new JsonObject()
            .put("trajectories", rows)
            .put("matched", page.matched())
            .put("indexed", run.trajectories().size())
            .put(
                "next",
                page.more() ? entries.get(entries.size() - 1).position().toString() : null));
  }

  private Predicate<TrajectoryEntry> filter(Query query) {
    String id = query.text("id");
    String task = query.text("task");
    String verifier = query.text("verifier");
    long version = query.number("version", 0, Long.MAX_VALUE, -1);
    long consumedBy = query.number("consumedBy", 0, Long.MAX_VALUE, -1);
    double minReward = query.real("minReward", Double.NEGATIVE_INFINITY);
    double maxReward = query.real("maxReward", Double.POSITIVE_INFINITY);
    Boolean correct = query.flag("correct");
    Predicate<TrajectoryEntry> fate = fateFilter(query);
    Optional<VersionEntry> consumer =
        consumedBy < 0 ? Optional.empty() : run.versions().get(consumedBy);
    return entry ->
        (id == null || entry.ids().trajectory().contains(id))
            && (task == null || entry.ids().task().contains(task))
            && (verifier == null || verifier.equals(entry.judged().verifier()))
            && (version < 0
                || (entry.sampled().firstVersion() <= version
                    && version <= entry.sampled().lastVersion()))
            && !(entry.judged().reward() < minReward)
            && !(entry.judged().reward() > maxReward)
            && (correct == null || correct == entry.judged().correct())
            && (consumedBy < 0 || (consumer.isPresent() && consumer.get().covers(entry.position())))
            && fate.test(entry);
  }

  /** Filters on what became of the trajectory; those not consumed yet match none of them. */
  private Predicate<TrajectoryEntry> fateFilter(Query query) {
    long least = query.number("minStaleness", 0, Long.MAX_VALUE, -1);
    long most = query.number("maxStaleness", 0, Long.MAX_VALUE, -1);
    Boolean skipped = query.flag("skipped");
    if (least < 0 && most < 0 && skipped == null) {
      return any -> true;
    }
    return entry -> {
      Optional<VersionEntry.Fate> fate = run.versions().fateOf(entry.position());
      OptionalLong staleness = TrajectoryView.staleness(entry, fate);
      return staleness.isPresent()
          && (least < 0 || staleness.getAsLong() >= least)
          && (most < 0 || staleness.getAsLong() <= most)
          && (skipped == null || skipped == (fate.get().skipped() != null));
    };
  }

  void one(RoutingContext context) {
    new Query(context, Set.of());
    TrajectoryEntry entry = known(context.pathParam("id"));
    CompletionStage<Buffer> whole =
        credit(entry)
            .thenCompose(
                credit ->
                    fetch(
                        entry,
                        record ->
                            TrajectoryView.whole(
                                record,
                                entry,
                                credit.orElse(null),
                                run,
                                new JsonObject()
                                    .put("judging", JudgingView.reasons(explainer.explain(record)))
                                    .put("judgements", JudgingView.judgements(record)))));
    Replies.when(context, whole, text -> Replies.send(context, 200, "application/json", text));
  }

  private CompletionStage<Optional<Credit>> credit(TrajectoryEntry entry) {
    Optional<Position> at = run.trajectories().credit(entry.ids().trajectory());
    if (at.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return fetcher.fetch(
        run.topics().credits().name(),
        at.get(),
        record -> Optional.of(run.topics().credits().codec().decode(record.value())));
  }

  void picture(RoutingContext context) {
    new Query(context, Set.of());
    TrajectoryEntry entry = known(context.pathParam("id"));
    String index = context.pathParam("index");
    if (!index.matches("\\d{1,4}") || Integer.parseInt(index) >= entry.sampled().pictures()) {
      throw new ApiException(404, "the trajectory has " + entry.sampled().pictures() + " pictures");
    }
    Replies.when(
        context,
        fetch(
            entry,
            record -> {
              Picture picture = record.getTrajectory().getPictures().get(Integer.parseInt(index));
              return PictureReader.read(pictures, picture);
            }),
        read -> Replies.send(context, 200, read.type(), Buffer.buffer(read.bytes())));
  }

  private TrajectoryEntry known(String id) {
    return run.trajectories()
        .get(id)
        .orElseThrow(() -> new ApiException(404, "no trajectory of this id is indexed here"));
  }

  private <T> CompletionStage<T> fetch(
      TrajectoryEntry entry, Function<SegmentedTrajectory, T> make) {
    return fetcher.fetch(
        run.topics().segments().name(),
        entry.position(),
        (ConsumerRecord<byte[], byte[]> record) ->
            make.apply(run.topics().segments().codec().decode(record.value())));
  }
}
