package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sapo.command.CommandFailure;
import io.sapo.evaluator.EvaluationService.Examined;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

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
  void thatTheEvaluationHasFailedIsLoggedAtOnceWhereNothingElseSaysIt() {
    CompletableFuture<Examined> before = CompletableFuture.completedFuture(null);
    assertThat(logged(before, new IllegalStateException("no memory")))
        .containsExactly(
            "ERROR the evaluation failed: training goes on, and is not scored any more: no memory");
    assertThat(logged(before, null)).as("it ended in order").isEmpty();
    assertThat(logged(before, new CancellationException())).as("it was stopped").isEmpty();
    IllegalStateException first = new IllegalStateException("no tasks");
    assertThat(logged(CompletableFuture.failedFuture(first), first)).as("the run fails").isEmpty();
  }

  private static List<String> logged(CompletableFuture<?> before, Throwable problem) {
    Logger logger = (Logger) LoggerFactory.getLogger(TrainingRun.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      TrainingRun.warn(before, problem);
    } finally {
      logger.detachAppender(lines);
    }
    return lines.list.stream()
        .map(
            line ->
                line.getLevel()
                    + " "
                    + line.getFormattedMessage()
                    + ": "
                    + line.getThrowableProxy().getMessage())
        .toList();
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
