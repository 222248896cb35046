package io.sapo.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.task.TaskSpec;
import io.sapo.verifier.Verdict;
import io.sapo.verifier.Verifier;
import io.sapo.verifier.VerifierSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An evaluation that stands still, in a verifier of one's own, is seen. */
@Timeout(60)
class StuckTest {
  private static final Duration LONG = Duration.ofMillis(1_500);
  private static final CountDownLatch ASKED = new CountDownLatch(1);
  private static final CountDownLatch GO_ON = new CountDownLatch(1);

  @TempDir Path folder;

  /** Does not come back by itself. */
  public static final class Standing implements Verifier {
    @Override
    public String name() {
      return "standing";
    }

    @Override
    public Verdict verify(String response, String reference) {
      ASKED.countDown();
      try {
        GO_ON.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return Verdict.of(true);
    }
  }

  @Test
  void standingStillIsSeenAndTheEndIsRest() throws Exception {
    Path tasks =
        Files.writeString(
            folder.resolve("tasks.jsonl"),
            """
            {"id": "a", "prompt": "1", "answer": "1", "verifier": "standing"}
            {"id": "b", "prompt": "2", "answer": "2", "verifier": "standing"}
            """);
    CheckpointFolder checkpoint = CheckpointFolder.open(TinyCheckpoint.write(folder.resolve("m")));
    try (BaseModel base = BaseModel.trainedWhole(checkpoint.config(), Device.cpu());
        Weights weights =
            Weights.random(checkpoint.config(), Head.LANGUAGE_MODEL, 1, Device.cpu());
        Evaluator evaluator = new Evaluator(config(tasks), checkpoint, base)) {
      CompletableFuture<Score> score =
          CompletableFuture.supplyAsync(
              () -> evaluator.evaluate(weights, 3, Sampling.at(1, 4), 2),
              task -> new Thread(task, "evaluating").start());
      ASKED.await();
      while (evaluator.liveness().sinceBeat().compareTo(LONG) < 0) {
        Thread.sleep(50);
      }
      assertThat(evaluator.liveness().where()).contains("evaluating").contains("Standing.verify");
      GO_ON.countDown();
      assertThat(score.get(60, TimeUnit.SECONDS).correct()).isEqualTo(2);
      assertThat(evaluator.liveness().sinceBeat()).as("nothing to do").isZero();
    }
  }

  private static EvaluationConfig config(Path tasks) {
    return new EvaluationConfig(
        TaskSpec.of("figures").withHeldOut(tasks.toString()),
        new EvaluationConfig.Schedule(2, 2, 1),
        Sampling.at(1, 4),
        1,
        new PromptSettings(ProfileSettings.DEFAULT, PictureSettings.INLINE, 64),
        2,
        VerifierSettings.DEFAULT,
        List.of(),
        false);
  }
}
