package io.sapo.evaluator;

import io.sapo.evaluator.EvaluationService.Examined;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Evaluations that operators have asked for and that are not done yet. Those asked for one after
 * another are done together. Thread-safe.
 */
final class AskedEvaluations {
  private static final int MOST = 100;

  private final BiConsumer<String, String> answers;
  private final Deque<String> waiting = new ArrayDeque<>();
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
    } else if (waiting.size() >= MOST) {
      answers.accept(command, "refused: %d others wait".formatted(MOST));
    } else {
      waiting.add(command);
      answers.accept(command, "accepted: done with the newest version at hand");
    }
  }

  /** Those that wait, which are the caller's to answer from now on. */
  synchronized Deque<String> take() {
    Deque<String> taken = new ArrayDeque<>(waiting);
    waiting.clear();
    return taken;
  }

  void done(Deque<String> commands, Examined examined) {
    String outcome =
        String.format(
            Locale.ROOT,
            "done: version %d is right in %.3f of %d held-out tasks, sampled, and in %.3f, greedy",
            examined.sampled().version(),
            examined.sampled().accuracy(),
            examined.sampled().tasks(),
            examined.greedy().accuracy());
    commands.forEach(command -> answers.accept(command, outcome));
  }

  /** None is done any more. */
  synchronized void end() {
    ended = true;
    take().forEach(command -> answers.accept(command, "refused: the evaluation has ended"));
  }
}
