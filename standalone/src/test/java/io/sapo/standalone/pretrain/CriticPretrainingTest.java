package io.sapo.standalone.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.sapo.policy.adapter.InitialCritic;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.text.FixedWordTokenizer;
import io.sapo.policy.training.TrainableModel;
import io.sapo.policy.training.ValueForward;
import io.sapo.producer.chain.ChainSolution.Line;
import io.sapo.standalone.pretrain.Lesson.Valued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriticPretrainingTest {
  private static final Lesson LESSON = Lesson.of("chain(3-4)").orElseThrow();

  @TempDir Path folder;

  @Test
  void aStateIsWorthTheStepsToComeAndNothingBehindAWrongOne() {
    int newline = 9;
    int[] response = {1, newline, 2, newline, 3, 4};
    assertThat(ChainLesson.worth(response, newline, lines(true, true, true)))
        .containsExactly(0.81f, 0.9f, 0.9f, 1, 1, 1);
    assertThat(ChainLesson.worth(response, newline, lines(true, false, true)))
        .containsExactly(0.81f, 0.9f, 0.9f, 0, 0, 0);
  }

  private static List<Line> lines(boolean... right) {
    List<Line> lines = new ArrayList<>();
    for (boolean one : right) {
      lines.add(new Line(0, one));
    }
    return lines;
  }

  /** The values of a solution say which of its lines are wrong. */
  @Test
  void examplesAreValuedByTheirOwnLines() throws IOException {
    try (Lesson.Examples<Valued> values =
        LESSON.valued(CheckpointFolder.open(Path.of("../checkpoints/chain")), 1)) {
      List<Valued> batch = values.take(200);
      assertThat(batch)
          .allSatisfy(one -> assertThat(one.values()).hasSameSizeAs(one.tokens().responseTokens()));
      long wrong = batch.stream().filter(one -> one.values()[one.values().length - 1] == 0).count();
      assertThat(wrong).as("of 200, of which each has 3 or 4 steps").isBetween(35L, 90L);
    }
  }

  /** Its newlines would go unseen, and every state be worth the same. */
  @Test
  void aTokenizerThatWritesLineEndsTogetherWithDigitsIsRefused() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    for (Map.Entry<String, byte[]> file : LESSON.companions().entrySet()) {
      Files.write(other.resolve(file.getKey()), file.getValue());
    }
    Path config = other.resolve(CheckpointFolder.CONFIG);
    Files.writeString(
        config,
        Files.readString(config).replaceFirst("\"vocab_size\" : \\d+", "\"vocab_size\" : 300"));
    List<String> merged = IntStream.range(0, 10).mapToObj(digit -> digit + "\n").toList();
    String lineEndsBehindDigits =
        FixedWordTokenizer.tokenizerJson(merged).replace("|\\\\p{N}", "|\\\\p{N}[\\\\r\\\\n]*");
    Files.writeString(other.resolve(CheckpointFolder.TOKENIZER), lineEndsBehindDigits);
    try (Lesson.Examples<Valued> values = LESSON.valued(CheckpointFolder.open(other), 1)) {
      assertThatThrownBy(() -> values.take(1))
          .isInstanceOf(InvalidCheckpointException.class)
          .hasMessageContaining(
              "other: its tokenizer has no token of its own for the end of a line");
    }
  }

  @Test
  void aRunCanBeginWithWhatIsWritten() throws IOException {
    CheckpointFolder policy = CheckpointFolder.open(Path.of("../checkpoints/chain"));
    Path written = folder.resolve("critic");
    Pretraining.Settings settings = new Pretraining.Settings(60, 16, 3e-3, 1);
    double[] losses = new double[settings.steps()];
    new Pretraining(LESSON, settings, step -> losses[step.step() - 1] = step.loss())
        .critic(policy, written);
    double last = Arrays.stream(losses, 50, 60).average().orElseThrow();
    assertThat(last).as("squared error, of zeros at first").isLessThan(losses[0] / 3);

    try (BaseModel base = BaseModel.trainedWhole(policy.config(), Device.cpu());
        Weights critic = InitialCritic.read(base, written);
        TrainableModel model = TrainableModel.of(critic);
        Lesson.Examples<Valued> values = LESSON.valued(policy, 2)) {
      Valued one = values.take(1).get(0);
      try (ValueForward forward = model.forwardValues(List.of(one.tokens()))) {
        assertThat(forward.values()[0][0]).isBetween(0.3f, 1f);
      }
    }
  }
}
