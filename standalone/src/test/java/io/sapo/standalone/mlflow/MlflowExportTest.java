package io.sapo.standalone.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.command.CommandFailure;
import io.sapo.standalone.measurements.Measurements;
import io.sapo.standalone.mlflow.MlflowExport.Written;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MlflowExportTest {
  private FakeMlflow mlflow;

  @BeforeEach
  void start() throws IOException {
    mlflow = new FakeMlflow();
  }

  @AfterEach
  void stop() {
    mlflow.close();
  }

  private Written write(Measurements measured) {
    return new MlflowExport(MlflowServer.at(mlflow.address(), Map.of())).write(measured, "mine");
  }

  private List<String> logged(String key) {
    List<String> values = new ArrayList<>();
    for (JsonNode metric : mlflow.metrics) {
      if (metric.path("key").asText().equals(key)) {
        values.add(
            metric.path("step").asText()
                + " "
                + metric.path("value").asText()
                + " "
                + (metric.path("timestamp").asLong() - RunToExport.BEGAN_MS));
      }
    }
    return values;
  }

  @Test
  void whatTheTopicsSayIsWrittenOnceHoweverOftenItIsAskedFor() {
    Written first = write(RunToExport.upTo(6));
    assertThat(first).isEqualTo(new Written("abc", 7, 3, 10));
    assertThat(mlflow.experiment.path("name").asText()).isEqualTo("mine");
    assertThat(mlflow.run.path("experiment_id").asText()).isEqualTo("17");
    assertThat(mlflow.run.path("run_name").asText()).isEqualTo("run-5");
    assertThat(mlflow.run.path("start_time").asLong()).isEqualTo(RunToExport.BEGAN_MS);
    assertThat(mlflow.params)
        .extracting(param -> param.path("key").asText() + "=" + param.path("value").asText())
        .containsExactly("algorithm.name=sapo", "algorithm.gamma=1.0", "batchSize=8");
    assertThat(logged("update/reward"))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 6)
                .mapToObj(v -> v + " " + v / 7.0 + " " + 1_000 * v)
                .toList());
    assertThat(logged("update/odd")).hasSize(6).allMatch(value -> value.contains("NaN"));
    assertThat(logged("evaluation/sampled_accuracy"))
        .containsExactly("0 0.0 500", "3 0.03 3500", "6 0.06 6500");

    List<JsonNode> before = List.copyOf(mlflow.metrics);
    assertThat(write(RunToExport.upTo(6)).points()).isZero();
    assertThat(mlflow.metrics).isEqualTo(before);
    assertThat(write(RunToExport.upTo(7)).points()).isEqualTo(1);
    assertThat(logged("update/reward")).hasSize(7).endsWith("7 1.0 7000");
    assertThat(mlflow.update.path("end_time").asLong()).isEqualTo(RunToExport.BEGAN_MS + 7_000);
  }

  /** Some five requests of 1,000 metrics, of which the third is refused. */
  @Test
  void afterARefusalTheSameCommandGoesOn() {
    Measurements measured = RunToExport.upTo(1_200);
    mlflow.batchesLeft = 2;
    assertThatThrownBy(() -> write(measured))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("runs/log-batch with 500, INTERNAL_ERROR: the disk is full");
    int before = logged("update/number").size();
    assertThat(before).isBetween(400, 600);
    mlflow.batchesLeft = -1;
    assertThat(write(measured).points()).isEqualTo(1_201 - before + 401);
    assertThat(logged("update/number")).hasSize(1_201).doesNotHaveDuplicates();
    assertThat(logged("update/reward")).hasSize(1_200).doesNotHaveDuplicates();
    assertThat(logged("evaluation/number")).hasSize(401).doesNotHaveDuplicates();
  }

  @Test
  void credentialsAreThoseOfMlflowsOwnClients() {
    assertThat(mlflow.authorizations).isEmpty();
    new MlflowExport(MlflowServer.at(mlflow.address(), Map.of("MLFLOW_TRACKING_TOKEN", "t")))
        .write(RunToExport.upTo(0), "mine");
    assertThat(mlflow.authorizations).isNotEmpty().containsOnly("Bearer t");
    mlflow.authorizations.clear();
    Map<String, String> named =
        Map.of("MLFLOW_TRACKING_USERNAME", "me", "MLFLOW_TRACKING_PASSWORD", "secret");
    new MlflowExport(MlflowServer.at(mlflow.address(), named)).write(RunToExport.upTo(0), "mine");
    assertThat(mlflow.authorizations).isNotEmpty().containsOnly("Basic bWU6c2VjcmV0");
  }

  /** As requests has them, which MLflow's clients ask by. */
  @Test
  void credentialsInTheAddressAreUsedAndNeverSaid() {
    String with = mlflow.address().replace("http://", "http://me:s%40cret+1@");
    MlflowServer server = MlflowServer.at(with, Map.of("MLFLOW_TRACKING_TOKEN", "t"));
    new MlflowExport(server).write(RunToExport.upTo(0), "mine");
    assertThat(mlflow.authorizations)
        .isNotEmpty()
        .containsOnly("Basic " + Base64.getEncoder().encodeToString("me:s@cret+1".getBytes(UTF_8)));
    assertThat(server.address().toString() + "/").isEqualTo(mlflow.address());
    mlflow.close();
    assertThatThrownBy(() -> new MlflowExport(server).write(RunToExport.upTo(1), "mine"))
        .hasMessageContaining("does not answer")
        .hasMessageNotContaining("cret");
    for (String wrong :
        List.of("http://me:s@cret@ho_st:5000", "http://me:s cret@host", "ftp://me:s/cret@host")) {
      assertThatThrownBy(() -> MlflowServer.at(wrong, Map.of()))
          .as(wrong)
          .isInstanceOf(CommandFailure.class)
          .hasMessageNotContaining("cret");
    }
  }

  @Test
  void whatIsNoServerIsNamed() {
    for (String address : List.of("file:///tmp/mlruns", "sqlite:///mlflow.db", "host:5000", "")) {
      assertThatThrownBy(() -> MlflowServer.at(address, Map.of()))
          .as(address)
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining("http://HOST:PORT");
    }
    String gone = mlflow.address();
    mlflow.close();
    assertThatThrownBy(
            () ->
                new MlflowExport(MlflowServer.at(gone, Map.of()))
                    .write(RunToExport.upTo(1), "mine"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("does not answer");
  }
}
