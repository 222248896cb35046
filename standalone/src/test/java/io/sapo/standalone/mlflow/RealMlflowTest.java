package io.sapo.standalone.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.standalone.measurements.Measurements;
import io.sapo.testing.Await;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Against MLflow's own server, which is started: {@code SAPO_TEST_MLFLOW} is its command. */
@EnabledIfEnvironmentVariable(
    named = "SAPO_TEST_MLFLOW",
    matches = ".+",
    disabledReason = "SAPO_TEST_MLFLOW does not name the mlflow command of a Python environment")
class RealMlflowTest {
  @TempDir static Path folder;
  private static Process process;
  private static MlflowServer server;

  @BeforeAll
  static void start() throws Exception {
    int port;
    try (ServerSocket any = new ServerSocket(0)) {
      port = any.getLocalPort();
    }
    process =
        new ProcessBuilder(
                System.getenv("SAPO_TEST_MLFLOW"),
                "server",
                "--host=127.0.0.1",
                "--port=" + port,
                "--workers=1",
                "--backend-store-uri=sqlite:///" + folder.resolve("mlflow.db"),
                "--artifacts-destination=" + folder.resolve("artifacts"))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("mlflow.log").toFile())
            .start();
    Await.until(
        "MLflow's server listens",
        Duration.ofMinutes(2),
        () -> {
          assertThat(process.isAlive()).as("the server's process").isTrue();
          try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
          } catch (IOException e) {
            return false;
          }
        });
    server = MlflowServer.at("http://127.0.0.1:" + port, Map.of());
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static List<JsonNode> history(String run, String key) {
    JsonNode metrics =
        server
            .find("metrics/get-history", Map.of("run_id", run, "metric_key", key))
            .orElseThrow()
            .path("metrics");
    return StreamSupport.stream(metrics.spliterator(), false).toList();
  }

  @Test
  void aRunIsThereOnceHoweverOftenItIsWritten() {
    MlflowExport export = new MlflowExport(server);
    MlflowExport.Written first = export.write(RunToExport.upTo(6), "ours");
    assertThat(first.points()).isEqualTo(10);
    Measurements grown = RunToExport.upTo(400);
    MlflowExport.Written second = export.write(grown, "ours");
    assertThat(second.run()).isEqualTo(first.run());
    assertThat(second.points()).isEqualTo(394 + 131);
    assertThat(export.write(grown, "ours").points()).isZero();

    List<JsonNode> reward = history(first.run(), "update/reward");
    assertThat(reward).hasSize(400);
    JsonNode last = reward.get(399);
    assertThat(last.path("value").asDouble()).isEqualTo(400 / 7.0);
    assertThat(last.path("step").asLong()).isEqualTo(400);
    assertThat(last.path("timestamp").asLong()).isEqualTo(RunToExport.BEGAN_MS + 400_000);
    assertThat(history(first.run(), "update/odd")).hasSize(400);
    assertThat(history(first.run(), "evaluation/sampled_accuracy")).hasSize(134);

    JsonNode run = server.find("runs/get", Map.of("run_id", first.run())).orElseThrow().path("run");
    assertThat(run.at("/info/status").asText()).isEqualTo("FINISHED");
    assertThat(run.at("/info/run_name").asText()).isEqualTo("run-5");
    assertThat(run.at("/data/params").toString()).contains("algorithm.name", "sapo");
  }
}
