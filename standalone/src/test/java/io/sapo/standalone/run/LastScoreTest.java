package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.command.CommandFailure;
import io.sapo.evaluator.EvaluationService.Examined;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a run whose last version is still to be scored. */
@Timeout(60)
class LastScoreTest {
  private final Supervisor supervisor = new Supervisor();
  private final CompletableFuture<Examined> after = new CompletableFuture<>();
  private final List<String> notices = new ArrayList<>();

  private Examined score() throws InterruptedException {
    return TrainingRun.lastScore(supervisor, after, () -> {}, notices::add);
  }

  @Test
  void anEvaluationThatFailedDoesNotFailWhatWasTrained() throws Exception {
    after.completeExceptionally(new IllegalStateException("no memory"));
    assertThat(score()).isNull();
    assertThat(notices).singleElement().asString().contains("not scored").contains("no memory");
  }

  @Test
  void theScoreIsWaitedFor() throws Exception {
    Examined examined = new Examined(null, null);
    after.complete(examined);
    assertThat(score()).isSameAs(examined);
    assertThat(notices).isEmpty();
  }

  @Test
  void aRunThatIsStoppedHasNone() throws Exception {
    supervisor.stop();
    assertThat(score()).isNull();
  }

  @Test
  void whatElseFailsMeanwhileFailsTheRun() {
    supervisor.watchResult(
        "learner", CompletableFuture.failedFuture(new IllegalStateException("fenced")));
    assertThatThrownBy(this::score)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("fenced");
  }
}
