package io.sapo.policy.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.policy.device.Devices;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.TokenSequence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same calls give the same bits, however often and in whatever process; on devices that promise
 * it.
 */
class DeterminismTest {

  @BeforeAll
  static void bitsArePromised() {
    assumeTrue(Devices.deterministic(TestDevice.get()));
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void repeatedTrainingGivesTheSameBits(Head head) {
    assertThat(train(head)).isEqualTo(train(head));
  }

  /** What came before, forward passes included, leaves no trace. */
  @Test
  void resultsDoNotDependOnHowOftenCodeRan() {
    try (TrainableModel model = TrainableModel.of(TinyModels.multimodal(Head.LANGUAGE_MODEL, 1))) {
      List<TokenSequence> batch = batch(model);
      List<Float> first = flat(model, batch);
      for (int i = 0; i < 5; i++) {
        assertThat(flat(model, batch)).isEqualTo(first);
      }
    }
  }

  private static List<Float> flat(TrainableModel model, List<TokenSequence> batch) {
    List<Float> numbers = new ArrayList<>();
    try (PolicyForward forward = model.forward(batch, 1)) {
      for (float[] row : forward.logProbs()) {
        for (float logProb : row) {
          numbers.add(logProb);
        }
      }
    }
    return numbers;
  }

  @Test
  void freshProcessesWithTwoThreadsGiveTheSameBits() throws Exception {
    assertThat(inFreshProcess()).isEqualTo(inFreshProcess()).hasSize(2 * 64);
  }

  private static String inFreshProcess() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-DOPT_OUT_TRACKING=true",
                "-Dai.djl.offline=true",
                "-Dai.djl.pytorch.num_threads=2",
                "-cp",
                System.getProperty("java.class.path"),
                DeterminismTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.strip();
  }

  public static void main(String[] arguments) {
    System.out.println(train(Head.LANGUAGE_MODEL));
  }

  /**
   * Hashes of weights and optimizer after some steps on a batch that keeps several threads busy.
   */
  private static String train(Head head) {
    try (TrainableModel model = TrainableModel.of(TinyModels.multimodal(head, 1))) {
      TinyModels.train(model, batch(model), 4);
      return model.weights().sha256() + model.optimizerSha256();
    }
  }

  private static List<TokenSequence> batch(TrainableModel model) {
    List<TokenSequence> batch = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      batch.addAll(TinyModels.multimodalBatch(model.weights().config(), i));
    }
    return batch;
  }
}
