package io.sapo.system.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.browser.Browser;
import io.sapo.browser.Dashboard;
import io.sapo.browser.PageCheck;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.schemas.ProducerClients;
import io.sapo.standalone.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every page of the dashboard in headless Chromium while the shipped model trains: broker,
 * producer, segmenter, learner and evaluation are real, and so is all that is shown. Skipped where
 * Chromium or chromedriver is missing. Pictures of the pages go to {@code target/screenshots}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DashboardOfATrainingTest {
  @TempDir static Path folder;

  private static WatchedTraining training;
  private static Browser browser;
  private static Dashboard dashboard;
  private static PageCheck page;

  @BeforeAll
  static void train() throws IOException {
    assumeTrue(Browser.missing().isEmpty(), Browser.missing());
    training =
        WatchedTraining.start(
            folder.resolve("run"),
            Path.of("..", "checkpoints", "figures"),
            List.of(
                "learner.batch-size=16",
                "learner.mini-batch-size=8",
                "learner.checkpoint-every=5",
                "evaluation.tasks=20",
                "evaluation.interim-tasks=20",
                "evaluation.every=5"));
    browser = Browser.open();
    dashboard = new Dashboard(browser, training.address());
    page = new PageCheck(browser, Path.of("target", "screenshots"));
  }

  @AfterAll
  static void end() {
    if (browser != null) {
      browser.close();
    }
    if (training != null) {
      training.close();
    }
  }

  @AfterEach
  void theConsoleIsClean() {
    assertThat(dashboard.complaintsExceptOf("/api/control/")).isEmpty();
    assertThat(training.isRunning()).isTrue();
  }

  /** The newest version as the overview shows it. */
  private static long shownVersion() {
    Object version = browser.run("return Number(document.querySelector('.tile strong').innerText)");
    return ((Number) version).longValue();
  }

  private static void awaitVersion(long version) {
    browser.await(
        "Number(document.querySelector('.tile strong')?.innerText.replace(',', '')) >="
            + " arguments[0]",
        version);
  }

  @Test
  @Order(1)
  void theOverviewFollowsTheTrainingWithoutReload() throws IOException {
    dashboard.show("/", "Overview");
    browser.run("window.notReloaded = true");
    awaitVersion(6);
    browser.awaitText("#health", "healthy");
    browser.await("document.querySelectorAll('figure.chart canvas').length >= 10");
    assertThat(browser.text(".flow")).contains("producer", "segmenter", "learner", "running");
    assertThat(browser.text(".charts")).contains("Explained variance", "held out");
    page.look("run-overview");
    awaitVersion(shownVersion() + 1);
    browser.await(
        "document.querySelector('figure.chart').getAttribute('aria-label')"
            + ".includes('version ' + document.querySelector('.tile strong').innerText)");
    assertThat(browser.run("return window.notReloaded")).isEqualTo(true);
  }

  @Test
  @Order(2)
  void commandsAreFollowedAndAWrongTokenIsNot() throws IOException {
    dashboard.show("/", "Overview");
    dashboard.useToken("this-is-not-the-token");
    dashboard.press("Pause learner");
    browser.awaitText("main", "Pause learner was refused: the token is wrong");
    assertThat(training.get("/api/commands")).doesNotContain("pause");

    dashboard.useToken(WatchedTraining.TOKEN);
    dashboard.press("Pause learner");
    browser.awaitText("main", "Pause learner: sent");
    browser.awaitText(".flow", "paused");
    long pausedAt = shownVersion();
    dashboard.press("Pause producers");
    browser.await(
        "[...document.querySelectorAll('.stage .state')].filter(s => s.innerText === 'paused')"
            + ".length === 2");
    page.look("run-paused");
    dashboard.press("Export now");
    browser.await(
        "fetch('/status').then(r => r.json()).then(s => window.exported ="
            + " s.components.find(c => c.component === 'learner').info.last_export)"
            + ", window.exported");
    assertThat(shownVersion()).isEqualTo(pausedAt);
    Path export = Path.of((String) browser.run("return window.exported"));
    assertThat(export).hasFileName("version-%010d".formatted(pausedAt));
    assertThat(CheckpointFolder.open(export).config().multimodal()).isTrue();

    String evaluations = training.get("/api/evaluations");
    dashboard.press("Evaluate now");
    browser.await(
        "fetch('/api/evaluations').then(r => r.text()).then(t => window.evaluations = t)"
            + ", window.evaluations && window.evaluations !== arguments[0]",
        evaluations);
    dashboard.press("Checkpoint now");
  }

  @Test
  @Order(3)
  void aVersionSaysWhatItWasMadeFrom() throws IOException {
    dashboard.show("/versions", "Versions");
    browser.await("document.querySelectorAll('tbody tr').length >= 6");
    page.look("run-versions");
    dashboard.show("/versions/5", "Version 5");
    browser.awaitText("main", "Lineage");
    assertThat(browser.text("main"))
        .contains("explained_variance", "SHA-256", "Sampled by version");
    page.look("run-version");
    dashboard.show("/versions/5/against/1", "Version 5 against 1");
    browser.awaitText("main", "different");
    page.look("run-difference");
  }

  @Test
  @Order(4)
  void aTrajectoryIsReadWithItsPictureItsCreditAndAnotherCut() throws IOException {
    dashboard.show("/trajectories?consumedBy=3", "Trajectories");
    browser.await("document.querySelectorAll('tbody tr').length === 16");
    page.look("run-trajectories");
    browser.click("tbody tr a");
    browser.awaitText("h1", "Trajectory");
    browser.await("document.querySelector('.exhibit img')?.naturalWidth === 112");
    browser.await("document.querySelectorAll('.response .seg').length > 3");
    assertThat(browser.text("main"))
        .contains("the update that made version 3", "advantage", "ratio", "mean entropy");
    assertThat(browser.text(".side")).contains("the same as it was cut");
    assertThat(
            browser.run(
                "return document.querySelectorAll('.response [class*=pos], .response [class*=neg]')"
                    + ".length"))
        .isNotEqualTo(0);
    browser.hover(".response .seg");
    browser.awaitText(".token", "log-probability");
    page.look("run-reader");
    dashboard.choose("#what-if", "newline");
    browser.awaitText(".side", "it was cut into");
  }

  @Test
  @Order(5)
  void whatIsRefusedIsShownAndMakesAnAlert() throws IOException {
    String broker = new RunFolder(folder.resolve("run")).liveAddress().orElseThrow();
    try (Producer<byte[], byte[]> producer =
        ProducerClients.create(Map.of("bootstrap.servers", broker), Map.of())) {
      for (int i = 0; i < 50; i++) {
        producer.send(
            new ProducerRecord<>("sapo.trajectories", ("<b>" + i).getBytes(), new byte[] {1, 2}));
      }
    }
    dashboard.show("/dead-letters", "Dead letters");
    browser.await("document.querySelectorAll('tbody tr').length === 50");
    browser.awaitText("#health", "problem");
    page.look("run-dead-letters");
    browser.click("tbody tr a");
    browser.awaitText("h1", "Dead letter ");
    browser.awaitText("main", "01 02");
    page.look("run-dead-letter");
    assertThat(training.get("/health/conditions")).contains("50 dead letters");
    assertThat(training.get("/metrics")).contains("sapo_alert{condition=\"dead-letters\"} 1.0");
  }

  @Test
  @Order(6)
  void theConfigInForceIsShown() throws IOException {
    dashboard.show("/config", "Config in force");
    browser.awaitText("main", "batchSize");
    browser.await("document.querySelectorAll('details').length === 4");
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)");
    browser.awaitText("main", "lag_records");
    assertThat(browser.text("main")).contains("admin.token").doesNotContain(WatchedTraining.TOKEN);
    page.look("run-config");
  }

  @Test
  @Order(7)
  void trainingGoesOnAfterwards() {
    dashboard.show("/", "Overview");
    awaitVersion(1);
    long pausedAt = shownVersion();
    dashboard.press("Resume producers");
    dashboard.press("Resume learner");
    awaitVersion(pausedAt + 1);
  }
}
