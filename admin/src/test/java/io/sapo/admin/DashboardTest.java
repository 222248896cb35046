package io.sapo.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Listen;
import io.sapo.admin.config.Thresholds;
import io.sapo.admin.metrics.KafkaMeters;
import io.sapo.browser.Browser;
import io.sapo.browser.Dashboard;
import io.sapo.browser.PageCheck;
import io.sapo.schemas.Component;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The dashboard in headless Chromium, over a server that reads a real broker. Skipped where
 * Chromium or chromedriver is missing. Screenshots go to {@code target/screenshots}.
 */
class DashboardTest {
  private static final String TOKEN = "a-token-for-tests-only";
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final int VERSIONS = RunToLookAt.VERSIONS;
  private static final int SEGMENTS = RunToLookAt.SEGMENTS;

  private static SyntheticRun run;
  private static AdminServer server;
  private static Browser browser;
  private static Dashboard dashboard;

  @BeforeAll
  static void open() throws IOException {
    assumeTrue(Browser.missing().isEmpty(), Browser.missing());
    run = new SyntheticRun();
    RunToLookAt.fill(run);
    server =
        AdminServer.start(
            AdminConfig.of(
                    SyntheticRun.bootstrapServers(),
                    run.topics.prefix(),
                    Listen.loopback(0).withToken(TOKEN))
                .withThresholds(Thresholds.defaults().withDeadLetterShare(0.5)),
            List.of(),
            new KafkaMeters(),
            SyntheticRun::reasons);
    new Client(server)
        .await(
            "/status",
            s ->
                s.getJsonObject("newest") != null
                    && s.getJsonObject("newest").getInteger("version") == VERSIONS
                    && s.getInteger("trajectories") == SEGMENTS
                    && s.getJsonArray("components").size() == 3);
    browser = Browser.open();
    dashboard = new Dashboard(browser, server.address());
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
      run.close();
    }
  }

  @AfterEach
  void nothingWasComplainedOf() {
    assertThat(dashboard.complaintsExceptOf("/api/control/")).isEmpty();
  }

  private static void show(String route, String heading) {
    dashboard.show(route, heading);
  }

  private static void look(String name) throws IOException {
    new PageCheck(browser, SCREENSHOTS).look(name);
  }

  @Test
  void overviewShowsTheRunAndFollowsItWithoutReload() throws IOException {
    run.heartbeats(VERSIONS);
    show("/", "Overview");
    browser.awaitText("#health", "healthy");
    browser.await("document.querySelectorAll('figure.chart canvas').length >= 10");
    browser.await("document.querySelector('.tiles').innerText.includes('" + VERSIONS + "')");
    assertThat(browser.text(".flow")).contains("producer-1", "segmenter-1", "learner-1", "waiting");
    assertThat(browser.text(".charts"))
        .contains("Explained variance", "KL divergence to", "held out");

    browser.run("window.notReloaded = true");
    run.version(VERSIONS + 1, SEGMENTS, SEGMENTS);
    browser.await("document.querySelector('.tile strong').innerText === '" + (VERSIONS + 1) + "'");
    browser.await(
        "document.querySelector('figure.chart').getAttribute('aria-label').includes('version "
            + (VERSIONS + 1)
            + "')");
    assertThat(browser.run("return window.notReloaded")).isEqualTo(true);
  }

  @Test
  void chartsCanBeWalkedThroughWithTheKeyboard() {
    show("/", "Overview");
    browser.await("document.querySelector('figure.chart canvas')");
    browser.run("document.querySelector('figure.chart').focus()");
    browser.press("\uE011", "\uE014"); // Home, right arrow
    browser.await(
        "document.querySelector('figure.chart [role=status]').innerText.startsWith('version 1:')");
  }

  @Test
  void versionsReportLineageAndDifference() throws IOException {
    show("/versions", "Versions");
    browser.awaitText("table", "bbbb");

    show("/versions/" + 20, "Version 20");
    browser.awaitText("main", "Lineage");
    assertThat(browser.text("main")).contains("too-long", "some_new_metric", "SHA-256", "figures");

    show("/versions/20/against/2", "Version 20 against 2");
    browser.awaitText("main", "algorithm.topKPercent");
    assertThat(browser.text("main")).contains("different");
  }

  @Test
  void trajectoriesAreFilteredAndRead() throws IOException {
    show("/trajectories", "Trajectories");
    browser.awaitText("table", "hostile");
    browser.type("#filter-consumedBy", "7");
    browser.click(".filters button");
    browser.await("document.querySelectorAll('tbody tr').length === 2");
    browser.click("tbody tr a");
    browser.awaitText("h1", "Trajectory");
    browser.awaitText(".id", "run-a/7-1");

    browser.await("document.querySelector('.exhibit img')?.naturalWidth === 112");
    assertThat(browser.text("main")).contains("version 7", "advantage", "ratio", "mean entropy");
    assertThat(browser.text(".side")).contains("the same as it was cut");
    browser.hover(".response .seg");
    browser.awaitText(".token", "entropy");

    dashboard.choose("#what-if", "newline");
    browser.awaitText(".side", "4 segments, it was cut into");
  }

  @Test
  void tokensCanBeWalkedThroughWithTheKeyboard() {
    show("/trajectories/run-a%2F3-0", "Trajectory");
    browser.await("document.querySelector('.response .seg')");
    browser.run("document.querySelector('.response').focus()");
    browser.press("\uE014", "\uE014"); // right arrow
    browser.awaitText(".token", "token 2 of");
  }

  @Test
  void theReasonsOfAVerdictAreShown() {
    show("/trajectories/run-a%2F3-0", "Trajectory");
    browser.awaitText(".reasons", "Found as the answer");
    assertThat(browser.text(".reasons"))
        .contains("7<i>", "the same number", "Judge taste", "<b>seven</b> it is", "rubric 3");
    browser.complaints();
  }

  @Test
  void hostileTextIsShownAsText() throws IOException {
    show("/trajectories/hostile", "Trajectory");
    browser.await("document.querySelector('.response')?.textContent.includes('<script>')");
    String response =
        (String) browser.run("return document.querySelector('.response').textContent");
    assertThat(response)
        .contains("onerror", "[RLO]", "[PDF]", "[NUL]", "[ESC]", "\u05e9\u05dc\u05d5\u05dd");
    assertThat(browser.run("return document.title")).isEqualTo("Trajectory · sapo");
    assertThat(
            browser.run("return document.querySelectorAll('main script, main img[src=x]').length"))
        .isEqualTo(0);
    look("hostile");
    browser.complaints();
  }

  @Test
  void aHundredThousandTokensStayUsable() throws IOException {
    long start = System.nanoTime();
    show("/trajectories/long", "Trajectory");
    browser.await("document.querySelectorAll('.response .seg').length > 20000");
    long shown = System.nanoTime();
    browser.run("document.querySelector('.response').focus()");
    browser.press("\uE010"); // End
    browser.awaitText(".token", "token 99");
    assertThat(browser.text(".token")).contains("segment");
    browser.await(
        "(r => r.scrollTop + r.clientHeight > r.scrollHeight - 100)"
            + "(document.querySelector('.response'))");
    long walked = System.nanoTime();
    dashboard.choose("#what-if", "newline");
    browser.awaitText(".side", "1 segment, it was cut into");
    long cut = System.nanoTime();
    System.out.printf(
        "100,000 tokens: shown after %d ms, last token told after %d ms, cut anew after %d ms%n",
        (shown - start) / 1_000_000, (walked - shown) / 1_000_000, (cut - walked) / 1_000_000);
    browser.resize(1280, 900);
    browser.screenshotOfWindow(SCREENSHOTS.resolve("long-light-1280.png"));
  }

  @Test
  void ofManyProcessesTroubleStandsOut() throws IOException {
    long now = System.currentTimeMillis();
    try (SyntheticRun many = new SyntheticRun()) {
      many.version(0, 0, 0);
      for (int i = 0; i < 24; i++) {
        String state = i == 5 ? "failed" : i % 8 == 0 ? "paused" : "running";
        long at = i == 11 ? now - Duration.ofMinutes(5).toMillis() : now;
        many.heartbeat(
            Component.PRODUCER, "host-" + i, state, 0, Map.of("tokens_per_second", 850.4), at);
      }
      many.heartbeat(Component.SEGMENTER, "running", -1, Map.of());
      many.heartbeat(Component.LEARNER, "running", 0, Map.of());
      try (AdminServer asked = AdminServer.start(many.config())) {
        new Client(asked).await("/status", s -> s.getJsonArray("components").size() == 26);
        new Dashboard(browser, asked.address()).show("/", "Overview");
        browser.awaitText(".flow", "19 running");
        browser.awaitText("#health", "2 problems");
        assertThat(browser.text(".flow"))
            .contains("3 paused", "1 silent", "1 failed", "host-5", "host-11", "All 24")
            .doesNotContain("host-7");
        assertThat(browser.text(".health")).contains("producer host-11 was last heard of");
        look("many");
        browser.click(".stage summary");
        browser.awaitText(".flow", "host-7");
        // The list is renewed every second; what was unfolded stays so.
        many.heartbeat(Component.LEARNER, "paused", 0, Map.of());
        browser.awaitText(".flow > li:last-child", "paused");
        assertThat(browser.text(".flow")).contains("host-7");
        // A page that asked on would complain of the server that is gone.
        browser.go("about:blank");
      }
    }
  }

  @Test
  void deadLettersTellWhyAndWhat() throws IOException {
    show("/dead-letters", "Dead letters");
    browser.awaitText("table", "<b>magic</b>");
    show("/dead-letters/0-1", "Dead letter 0-1");
    browser.awaitText("pre", "figures/train/d");
  }

  @Test
  void configInForceHidesSecrets() throws IOException {
    show("/config", "Config in force");
    browser.awaitText("main", "algorithm.topKPercent");
    browser.awaitText("main", "segmenter/segmenter-1");
    browser.await("document.querySelectorAll('details').length === 3");
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)");
    browser.awaitText("main", "lag_records");
    assertThat(browser.text("main")).contains("(hidden)").doesNotContain("hunter2", TOKEN);
  }

  @Test
  void pauseAndResumeGoToTheControlTopicAndAWrongTokenDoesNot() {
    show("/", "Overview");
    browser.await("document.querySelectorAll('figure.chart canvas').length >= 10");
    dashboard.useToken("this-is-not-the-token");
    dashboard.press("Pause learner");
    browser.awaitText("main", "Pause learner was refused: the token is wrong");
    assertThat(new Client(server).json("/api/commands").getJsonArray("commands")).isEmpty();

    dashboard.useToken(TOKEN);
    dashboard.press("Pause learner");
    browser.awaitText("main", "Pause learner: sent");
    dashboard.press("Resume learner");
    browser.awaitText("main", "Resume learner: sent");
    JsonObject log =
        new Client(server)
            .await("/api/commands", commands -> commands.getJsonArray("commands").size() == 2);
    assertThat(log.getJsonArray("commands").getJsonObject(0).getString("action"))
        .isEqualTo("resume");

    run.heartbeat(Component.LEARNER, "paused", VERSIONS, Map.of());
    browser.awaitText(".commands", "paused");
    run.heartbeats(VERSIONS);
  }

  @Test
  void thePageIsLightAndSoonThere() {
    show("/", "Overview");
    browser.await("document.querySelectorAll('figure.chart canvas').length >= 10");
    Object bytes =
        browser.run(
            "return performance.getEntriesByType('resource')"
                + ".concat(performance.getEntriesByType('navigation'))"
                + ".filter(e => !e.name.includes('/api/') && !e.name.includes('/events'))"
                + ".reduce((sum, e) => sum + e.decodedBodySize, 0)");
    assertThat(((Number) bytes).longValue()).isBetween(50_000L, 300_000L);
    Object paint =
        browser.run("return performance.getEntriesByName('first-contentful-paint')[0].startTime");
    System.out.println("first contentful paint after " + paint + " ms, " + bytes + " bytes");
  }
}
