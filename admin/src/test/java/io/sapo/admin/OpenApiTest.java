package io.sapo.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Listen;
import io.sapo.admin.metrics.KafkaMeters;
import io.sapo.schemas.SegmentedTrajectory;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The document describes the server that runs: every path, every answer, every failure. */
class OpenApiTest {
  private static final String TOKEN = "a-token-for-tests-only";

  private static SyntheticRun run;
  private static AdminServer server;
  private static Client client;
  private static JsonObject document;

  @BeforeAll
  static void fill() {
    run = new SyntheticRun();
    run.version(0, 0, 0);
    SegmentedTrajectory credited =
        run.records.segmented("a", "Step 1: 2 + 5 = 7.\nAnswer: 7", 0, true);
    run.segment(credited);
    run.credit(credited, 1);
    run.segment(run.records.segmented("b", "Answer: 8", 0, false));
    run.version(1, 0, 2);
    run.evaluation(1, 0.5);
    run.heartbeats(1);
    run.deadLetter(new byte[] {9}, "not-a-record", "one byte");
    run.commitGroup(run.topics.prefix() + "learner", run.topics.segments().name(), 1);
    AdminConfig config = run.config();
    server =
        AdminServer.start(
            AdminConfig.of(
                config.bootstrapServers(),
                config.topicPrefix(),
                Listen.loopback(0).withToken(TOKEN)),
            List.of(),
            new KafkaMeters(),
            SyntheticRun::reasons);
    client = new Client(server);
    client.await(
        "/status",
        s ->
            s.getInteger("trajectories") == 2
                && s.getInteger("deadLetters") == 1
                && s.getJsonObject("newest") != null
                && !s.getJsonArray("groups").isEmpty());
    document = client.json("/api/openapi.json");
  }

  @AfterAll
  static void end() {
    server.close();
    run.close();
  }

  /** Requests that bring every path to every answer that can be brought about at will. */
  private static List<Map.Entry<String, String>> requests() {
    return List.of(
        Map.entry("/health/live", "/health/live"),
        Map.entry("/health/ready", "/health/ready"),
        Map.entry("/health/conditions", "/health/conditions"),
        Map.entry("/health/conditions", "/health/conditions?x=1"),
        Map.entry("/status", "/status"),
        Map.entry("/status", "/status?x=1"),
        Map.entry("/api/versions", "/api/versions"),
        Map.entry("/api/versions", "/api/versions?limit=1"),
        Map.entry("/api/versions", "/api/versions?limit=0"),
        Map.entry("/api/versions/{version}", "/api/versions/1"),
        Map.entry("/api/versions/{version}", "/api/versions/0"),
        Map.entry("/api/versions/{version}", "/api/versions/7"),
        Map.entry("/api/versions/{version}", "/api/versions/one"),
        Map.entry("/api/series", "/api/series"),
        Map.entry("/api/series", "/api/series?points=1"),
        Map.entry("/api/evaluations", "/api/evaluations"),
        Map.entry("/api/trajectories", "/api/trajectories"),
        Map.entry("/api/trajectories", "/api/trajectories?limit=1"),
        Map.entry("/api/trajectories", "/api/trajectories?before=nowhere"),
        Map.entry("/api/trajectories/{id}", "/api/trajectories/a"),
        Map.entry("/api/trajectories/{id}", "/api/trajectories/b"),
        Map.entry("/api/trajectories/{id}", "/api/trajectories/c"),
        Map.entry("/api/trajectories/{id}/pictures/{index}", "/api/trajectories/a/pictures/9"),
        Map.entry("/api/dead-letters", "/api/dead-letters"),
        Map.entry("/api/dead-letters", "/api/dead-letters?reason=a&reason=b"),
        Map.entry("/api/dead-letters/{position}", "/api/dead-letters/0-0"),
        Map.entry("/api/dead-letters/{position}", "/api/dead-letters/x"),
        Map.entry("/api/config", "/api/config"),
        Map.entry("/api/commands", "/api/commands"));
  }

  @Test
  void answersAreAsDescribed() {
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, String> request : requests()) {
      check(request.getKey(), "get", client.get(request.getValue()), problems);
    }
    check(
        "/api/control/{action}",
        "post",
        control("pause", TOKEN, "{\"target\":\"learner\"}"),
        problems);
    check("/api/control/{action}", "post", control("checkpoint", TOKEN, ""), problems);
    check("/api/control/{action}", "post", control("pause", TOKEN, "{}"), problems);
    check("/api/control/{action}", "post", control("pause", TOKEN, "[1]"), problems);
    check("/api/control/{action}", "post", control("explode", TOKEN, "{}"), problems);
    check("/api/control/{action}", "post", control("pause", null, "{}"), problems);
    check(
        "/api/control/{action}", "post", control("pause", "not-the-token-at-all", "{}"), problems);
    check("/api/control/{action}", "post", control("pause", TOKEN, " ".repeat(5_000)), problems);
    assertThat(problems).isEmpty();
  }

  private static HttpResponse<String> control(String action, String token, String body) {
    return client.post("/api/control/" + action, token, body);
  }

  private static void check(
      String path, String method, HttpResponse<String> response, List<String> problems) {
    String what = method + " " + response.uri() + " " + response.statusCode();
    JsonObject described =
        document
            .getJsonObject("paths")
            .getJsonObject(path)
            .getJsonObject(method)
            .getJsonObject("responses")
            .getJsonObject(Integer.toString(response.statusCode()));
    if (described == null) {
      problems.add(what + " is not described: " + response.body());
      return;
    }
    JsonObject schema =
        described
            .getJsonObject("content")
            .getJsonObject("application/json")
            .getJsonObject("schema");
    JsonObject whole = schema.copy().put("components", document.getJsonObject("components"));
    OutputUnit result =
        Validator.create(
                JsonSchema.of(whole),
                new JsonSchemaOptions()
                    .setBaseUri("https://sapo.invalid")
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic))
            .validate(new JsonObject(response.body()));
    if (!result.getValid()) {
      problems.add(what + ": " + result.toJson());
    }
  }

  @Test
  void everyDescribedPathIsServedAndTypedAsDescribed() {
    for (String path : document.getJsonObject("paths").fieldNames()) {
      String address =
          path.replace("{version}", "1")
              .replace("{id}", "a")
              .replace("{index}", "0")
              .replace("{position}", "0-0")
              .replace("{action}", "resume");
      JsonObject operations = document.getJsonObject("paths").getJsonObject(path);
      HttpRequest.Builder request = client.request(address);
      boolean post = operations.containsKey("post");
      if (post) {
        request
            .header("authorization", "Bearer " + TOKEN)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"target\":\"producer\"}"));
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      JsonObject described =
          operations
              .getJsonObject(post ? "post" : "get")
              .getJsonObject("responses")
              .getJsonObject(Integer.toString(response.statusCode()));
      assertThat(described).as(path + " " + response.statusCode()).isNotNull();
      String type = response.headers().firstValue("content-type").orElse("").replaceAll(";.*", "");
      assertThat(described.getJsonObject("content").fieldNames()).as(path).contains(type);
      close(response.body());
    }
  }

  private static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyDescribedParameterIsTaken() {
    for (String path : document.getJsonObject("paths").fieldNames()) {
      JsonObject get = document.getJsonObject("paths").getJsonObject(path).getJsonObject("get");
      if (get == null || get.getJsonArray("parameters") == null || path.contains("{")) {
        continue;
      }
      for (JsonObject parameter : AdminServerTest.objects(get.getJsonArray("parameters"))) {
        JsonObject schema = parameter.getJsonObject("schema");
        String value =
            switch (String.valueOf(schema.getValue("type"))) {
              case "integer", "number" ->
                  String.valueOf(schema.getValue("default", schema.getValue("minimum", 1)));
              case "boolean" -> "true";
              default -> "0-0";
            };
        String address = path + "?" + parameter.getString("name") + "=" + value;
        assertThat(client.get(address).statusCode()).as(address).isEqualTo(200);
      }
    }
  }

  @Test
  void whatIsNotDescribedIsNotServed() {
    assertThat(client.get("/api/nothing").statusCode()).isEqualTo(404);
    assertThat(client.get("/assets/../openapi.json").statusCode()).isEqualTo(404);
    assertThat(client.get("/assets/%2e%2e/openapi.json").statusCode()).isEqualTo(404);
    assertThat(client.post("/status", TOKEN, "{}").statusCode()).isEqualTo(405);
    assertThat(client.get("/api/nothing").body()).contains("\"status\":404");
  }
}
