package io.sapo.evaluator;

import io.sapo.evaluator.EvaluationService.Examined;
import io.sapo.schemas.AnsweredCommands;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Evaluations that operators have asked for and that are not done yet. Those asked for one after
 * another are done together. Thread-safe.
 */
final class AskedEvaluations {
  /** Of more, heartbeats have no room for the outcomes. */
  private static final int MOST = AnsweredCommands.MOST;

  private final BiConsumer<String, String> answers;
  private final Deque<String> waiting = new ArrayDeque<>();
  private final Deque<String> underWay = new ArrayDeque<>();
  private boolean ended;

  /**
   * @param answers told what became of a command, by its id
   */
  AskedEvaluations(BiConsumer<String, String> answers) {
    this.answers = answers;
  }

  synchronized void ask(String command) {
    if (ended) {
      answers.accept(command, "refused: the evaluation has ended");
    } else if (waiting.size() + underWay.size() >= MOST) {
      answers.accept(command, "refused: %d others wait".formatted(MOST));
    } else {
      waiting.add(command);
      answers.accept(command, "accepted: done with the newest version at hand");
    }
  }

  /**
   * Begins with those that wait, until {@link #done} or {@link #end}.
   *
   * @return whether there are any
   */
  synchronized boolean take() {
    underWay.addAll(waiting);
    waiting.clear();
    return !underWay.isEmpty();
  }

  synchronized void done(Examined examined) {
    String outcome =
        String.format(
            Locale.ROOT,
            "done: version %d is right in %.3f of %d held-out tasks, sampled, and in %.3f, greedy",
            examined.sampled().version(),
            examined.sampled().accuracy(),
            examined.sampled().tasks(),
            examined.greedy().accuracy());
    underWay.forEach(command -> answers.accept(command, outcome));
    underWay.clear();
  }

  /** None is done any more. */
  synchronized void end() {
    ended = true;
    take();
    underWay.forEach(command -> answers.accept(command, "refused: the evaluation has ended"));
    underWay.clear();
  }
}
