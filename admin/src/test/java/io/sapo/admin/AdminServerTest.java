package io.sapo.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Listen;
import io.sapo.admin.config.Thresholds;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.WeightVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the server tells of a run that lies in its topics, with no other role alive. */
class AdminServerTest {
  private static SyntheticRun run;
  private static AdminServer server;
  private static Client client;

  @BeforeAll
  static void fill() {
    run = new SyntheticRun();
    run.version(0, 0, 0);
    for (int i = 0; i < 40; i++) {
      SegmentedTrajectory record =
          run.records.segmented(
              "t" + i, "Step 1: A is " + i + ".\nStep 2: B is 9.\nAnswer: 7", i / 10, i % 2 == 0);
      run.segment(record);
      if (i < 30) {
        run.credit(record, i / 10 + 1);
      }
    }
    for (int n = 1; n <= 3; n++) {
      run.version(n, 10 * (n - 1), 10 * n);
    }
    run.abortedVersion();
    run.evaluation(0, 0.52);
    run.evaluation(3, 0.61);
    run.heartbeats(3);
    run.deadLetter(new byte[] {1, 2, 3}, "not-a-record", "unrecognised header bytes");
    run.deadLetter(
        run.topics
            .trajectories()
            .codec()
            .encode(run.records.segmented("d", "x", 0, false).getTrajectory()),
        "unknown-verifier",
        "no verifier is called 'magic'");
    run.commitGroup(run.topics.prefix() + "learner", run.topics.segments().name(), 30);
    run.commitGroup("another-run.learner", run.topics.segments().name(), 10);
    server =
        AdminServer.start(
            run.config().withThresholds(Thresholds.defaults().withDeadLetterShare(0.2)));
    client = new Client(server);
    client.await(
        "/status",
        s ->
            s.getInteger("trajectories") == 40
                && s.getInteger("deadLetters") == 2
                && s.getJsonObject("newest") != null
                && s.getJsonObject("newest").getInteger("version") == 3
                && !s.getJsonArray("groups").isEmpty()
                && s.getJsonArray("components").size() == 3);
  }

  @AfterAll
  static void end() {
    server.close();
    run.close();
  }

  @Test
  void statusShowsComponentsTopicsAndLagsAndNoSecret() {
    HttpResponse<String> response = client.get("/status");
    JsonObject status = new JsonObject(response.body());

    assertThat(response.headers().firstValue("sapo-api-version")).contains("1");
    assertThat(status.getJsonObject("evaluation").getDouble("accuracy")).isEqualTo(0.61);
    assertThat(objects(status.getJsonArray("topics")))
        .anySatisfy(
            topic -> {
              assertThat(topic.getString("name")).isEqualTo("segments");
              assertThat(topic.getLong("records")).isEqualTo(40);
            });
    assertThat(objects(status.getJsonArray("groups")))
        .anySatisfy(
            group -> {
              assertThat(group.getString("group")).isEqualTo(run.topics.prefix() + "learner");
              assertThat(group.getLong("lag")).isEqualTo(10);
            });
    for (String path : List.of("/status", "/api/config", "/api/versions/3", "/metrics")) {
      assertThat(client.get(path).body()).doesNotContain("hunter2");
    }
  }

  /** Ten versions are read of the topic's end, and those behind its beginning besides. */
  @Test
  void howALongRunBeganIsReadToo() {
    try (SyntheticRun longRun = new SyntheticRun()) {
      for (int n = 0; n <= 40; n++) {
        WeightVersion version = longRun.records.version(n, 0, 0);
        version.setMetrics(Map.of("entropy", n <= 5 ? 2.0 : 0.05));
        longRun.send(longRun.topics.weights(), Integer.toString(n), version);
      }
      longRun.flush();
      Limits few = Limits.defaults().withIndex(5, 100, 100);
      try (AdminServer late = AdminServer.start(longRun.config().withLimits(few))) {
        JsonObject newest =
            new Client(late)
                .await(
                    "/status",
                    s ->
                        s.getJsonObject("newest") != null
                            && s.getJsonObject("newest").getInteger("version") == 40);
        assertThat(objects(newest.getJsonArray("conditions")))
            .filteredOn(condition -> condition.getString("id").equals("entropy"))
            .singleElement()
            .satisfies(
                entropy -> {
                  assertThat(entropy.getString("reason")).endsWith("it began at 2.0000");
                  assertThat(entropy.getString("state")).isEqualTo("failing");
                });
      }
    }
  }

  @Test
  void versionsComeInPagesNewestFirst() {
    JsonObject first = client.json("/api/versions?limit=3");
    JsonObject second = client.json("/api/versions?limit=3&before=" + first.getString("next"));

    assertThat(objects(first.getJsonArray("versions")))
        .extracting(row -> row.getInteger("version"))
        .containsExactly(3, 2, 1);
    assertThat(objects(second.getJsonArray("versions")))
        .extracting(row -> row.getInteger("version"))
        .containsExactly(0);
    assertThat(second.getString("next")).isNull();
  }

  @Test
  void aVersionTellsItsInputsItsParentsAndWhoSampledThem() {
    JsonObject version = client.json("/api/versions/2");

    assertThat(version.getString("actorSha256")).hasSize(64);
    JsonObject inputs = version.getJsonArray("inputs").getJsonObject(0);
    assertThat(inputs.getInteger("trained")).isEqualTo(9);
    assertThat(inputs.getJsonArray("skipped").getJsonObject(0).getString("reason"))
        .startsWith("too-long");
    JsonObject lineage = version.getJsonObject("lineage");
    assertThat(objects(lineage.getJsonArray("parents")))
        .extracting(parent -> parent.getInteger("version"))
        .containsExactly(1, 0);
    assertThat(lineage.getJsonArray("sampledBy").getJsonObject(0).getInteger("trajectories"))
        .isEqualTo(10);
    assertThat(version.getJsonObject("config").getInteger("batchSize")).isEqualTo(256);
    assertThat(client.json("/api/versions/3").getJsonArray("evaluations")).hasSize(1);
    // Its transaction was aborted.
    assertThat(client.get("/api/versions/99").statusCode()).isEqualTo(404);
  }

  @Test
  void seriesHoldEveryMetricAlsoOnesItHasNeverHeardOf() {
    JsonObject series = client.json("/api/series");

    assertThat(series.getJsonArray("versions").getList()).containsExactly(0, 1, 2, 3);
    assertThat(series.getJsonObject("metrics").getJsonArray("some_new_metric").getList())
        .containsExactly(0.0, 1.0, 2.0, 3.0);
    assertThat(client.json("/api/series?points=2").getJsonArray("versions").getList())
        .containsExactly(1, 3);
  }

  @Test
  void trajectoriesAreFoundByWhatTheyAreAndWhatBecameOfThem() {
    assertThat(matched("version=2")).isEqualTo(20);
    assertThat(matched("minReward=0.5")).isEqualTo(20);
    assertThat(matched("verifier=numeric")).isEqualTo(40);
    assertThat(matched("verifier=choice")).isZero();
    assertThat(matched("consumedBy=1")).isEqualTo(10);
    assertThat(matched("minStaleness=0&maxStaleness=0")).isEqualTo(30);
    assertThat(matched("minStaleness=1")).isZero();
    assertThat(matched("skipped=true")).isEqualTo(3);
    assertThat(matched("id=t39&correct=false")).isEqualTo(1);
    assertThat(client.get("/api/trajectories?colour=red").statusCode()).isEqualTo(400);
    assertThat(client.get("/api/trajectories?minReward=NaN").statusCode()).isEqualTo(400);
  }

  private static int matched(String query) {
    return client.json("/api/trajectories?" + query).getInteger("matched");
  }

  @Test
  void pagesOfTrajectoriesJoinWithoutGapOrOverlap() {
    List<String> ids = new ArrayList<>();
    String next = "";
    while (next != null) {
      JsonObject page = client.json("/api/trajectories?limit=7" + next);
      objects(page.getJsonArray("trajectories")).forEach(row -> ids.add(row.getString("id")));
      next = page.getString("next") == null ? null : "&before=" + page.getString("next");
    }
    assertThat(ids).hasSize(40).doesNotHaveDuplicates().startsWith("t39").endsWith("t0");
  }

  @Test
  void aTrajectoryIsReadBackWholeWithItsCredit() {
    JsonObject whole = client.json("/api/trajectories/t4");

    assertThat(whole.getString("response")).startsWith("Step 1: A is 4.");
    assertThat(whole.getInteger("consumedBy")).isEqualTo(1);
    assertThat(whole.getValue("skipped")).isNull();
    JsonObject segments = whole.getJsonObject("perSegment");
    int count = whole.getInteger("segments");
    for (String column :
        List.of("ends", "rewards", "meanEntropy", "values", "advantages", "ratios")) {
      assertThat(segments.getJsonArray(column)).as(column).hasSize(count);
    }
    assertThat(whole.getJsonObject("perToken").getJsonArray("entropies"))
        .hasSize(whole.getInteger("tokens"));
    assertThat(client.json("/api/trajectories/t9").getString("skipped")).startsWith("too-long");
    assertThat(client.json("/api/trajectories/t35").getJsonObject("perSegment").fieldNames())
        .doesNotContain("advantages");
    assertThat(client.get("/api/trajectories/none").statusCode()).isEqualTo(404);
  }

  @Test
  void picturesComeAsTheRecordHoldsThem() {
    HttpResponse<byte[]> picture =
        client.send(
            client.request("/api/trajectories/t4/pictures/0").build(),
            HttpResponse.BodyHandlers.ofByteArray());

    assertThat(picture.headers().firstValue("content-type")).contains("image/png");
    assertThat(picture.body()).isEqualTo(SyntheticRecords.picture("t4"));
    assertThat(client.get("/api/trajectories/t4/pictures/1").statusCode()).isEqualTo(404);
  }

  @Test
  void deadLettersTellTheReasonAndWhatTheBytesSay() {
    JsonObject list = client.json("/api/dead-letters");
    assertThat(list.getJsonArray("reasons")).hasSize(2);
    assertThat(client.json("/api/dead-letters?reason=unknown-verifier").getInteger("matched"))
        .isEqualTo(1);

    JsonObject damaged = client.json("/api/dead-letters/0-0");
    assertThat(damaged.getString("hex")).isEqualTo("010203");
    assertThat(damaged.getString("decodeError")).contains("Trajectory");
    JsonObject readable = client.json("/api/dead-letters/0-1");
    assertThat(readable.getString("decoded")).contains("figures/train/d");
    assertThat(readable.getString("detail")).contains("magic");
    assertThat(client.get("/api/dead-letters/0-7").statusCode()).isEqualTo(404);
  }

  @Test
  void healthyWithReasonsAndTheSameAsAlerts() {
    JsonObject health = client.json("/health/conditions");
    assertThat(health.getBoolean("healthy")).isTrue();
    assertThat(health.getJsonArray("conditions")).isNotEmpty();

    String metrics = client.get("/metrics").body();
    assertThat(metrics)
        .contains("sapo_healthy 1.0")
        .contains("sapo_alert{condition=\"entropy\"} 0.0")
        .contains("sapo_update_reward ")
        .contains("sapo_producer_tokens_per_second{member=\"producer-1\"} 2150.0")
        .contains("sapo_consumer_lag_records{group=\"" + run.topics.prefix() + "learner")
        .doesNotContain("another-run.learner")
        .contains("jvm_memory_used_bytes{")
        .contains("process_resident_memory_bytes ")
        .contains("kafka_consumer_fetch_manager_records_consumed_total{");
    assertThat(metrics.lines())
        .allMatch(
            line ->
                line.startsWith("# ")
                    || line.matches(
                        "[a-zA-Z_][a-zA-Z0-9_]*(\\{([a-zA-Z_]+=\"([^\"\\\\]|\\\\.)*\",?)*\\})?"
                            + " \\S+"));
  }

  @Test
  void whatRetentionHasTakenIsSaidToBeGoneAndIndexesKeepToTheirLimits() {
    try (SyntheticRun expiring = new SyntheticRun()) {
      for (int i = 0; i < 6; i++) {
        expiring.segment(expiring.records.segmented("e" + i, "Answer: 7", 0, true));
      }
      AdminConfig config = expiring.config().withLimits(Limits.defaults().withIndex(2, 4, 2));
      try (AdminServer small = AdminServer.start(config)) {
        Client asking = new Client(small);
        asking.await("/api/trajectories?id=e5", page -> page.getInteger("matched") == 1);
        assertThat(asking.json("/api/trajectories").getInteger("indexed")).isEqualTo(4);
        assertThat(asking.get("/api/trajectories/e1").statusCode()).isEqualTo(404);
        assertThat(asking.get("/api/trajectories/e3").statusCode()).isEqualTo(200);
        expiring.expire(expiring.topics.segments().name(), 4);
        HttpResponse<String> gone = asking.get("/api/trajectories/e3");
        assertThat(gone.statusCode()).isEqualTo(410);
        assertThat(gone.body()).contains("retention");
      }
    }
  }

  @Test
  void unversionedPathsAreAliasesOfTheFirstVersion() {
    assertThat(client.get("/api/v1/versions?limit=2").body())
        .isEqualTo(client.get("/api/versions?limit=2").body());
  }

  @Test
  void aTakenPortIsNamed() {
    AdminConfig taken =
        AdminConfig.of(
            SyntheticRun.bootstrapServers(), run.topics.prefix(), Listen.loopback(server.port()));
    assertThatThrownBy(() -> AdminServer.start(taken))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("admin.port")
        .hasMessageContaining(Integer.toString(server.port()));
  }

  @Test
  void withoutABrokerItServesAndSaysWhy() {
    AdminConfig nowhere = AdminConfig.of("127.0.0.1:1", "x.", Listen.loopback(0));
    try (AdminServer alone = AdminServer.start(nowhere)) {
      Client asking = new Client(alone);
      assertThat(asking.get("/health/live").statusCode()).isEqualTo(200);
      HttpResponse<String> ready = asking.get("/health/ready");
      assertThat(ready.statusCode()).isEqualTo(200);
      JsonObject health = asking.json("/health/conditions");
      assertThat(health.getBoolean("healthy")).isFalse();
      assertThat(health.encode()).contains("broker", "no learner has ever reported");
      assertThat(asking.json("/status").getBoolean("ready")).isFalse();
    }
  }

  static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }
}
