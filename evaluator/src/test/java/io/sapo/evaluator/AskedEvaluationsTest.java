package io.sapo.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.evaluator.EvaluationService.Examined;
import io.sapo.schemas.CommandOutcomes;
import io.sapo.schemas.Liveness;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever asks for an evaluation hears what became of that. */
class AskedEvaluationsTest {
  private final EvaluatorStatus status =
      new EvaluatorStatus(
          "evaluator-0", Duration.ofSeconds(1), new Liveness(() -> 0), Clock.systemUTC());
  private final AskedEvaluations asked = new AskedEvaluations(status::answered);

  private String outcome(String command) {
    return CommandOutcomes.of(List.of(status.now()), command).orElse("");
  }

  private static Score score(int correct) {
    return new Score(7, "weights", 8, correct, 0, 0, 1);
  }

  @Test
  void heartbeatsSayWhatBecameOfEach() {
    asked.ask("one");
    asked.ask("two");
    assertThat(outcome("one")).startsWith("accepted");
    assertThat(asked.take()).isTrue();
    asked.ask("late");
    asked.done(new Examined(score(4), score(6)));
    assertThat(outcome("one"))
        .isEqualTo(outcome("two"))
        .isEqualTo(
            "done: version 7 is right in 0.500 of 8 held-out tasks, sampled, and in 0.750, greedy");
    assertThat(outcome("late")).startsWith("accepted");
    asked.ask("begun");
    assertThat(asked.take()).isTrue();
    asked.end();
    assertThat(outcome("begun")).isEqualTo("refused: the evaluation has ended");
    asked.ask("too-late");
    assertThat(outcome("late")).isEqualTo("refused: the evaluation has ended");
    assertThat(outcome("too-late")).isEqualTo(outcome("late"));
  }
}
