package io.sapo.producer.task;

import io.sapo.schemas.TaskOutcome;
import io.sapo.schemas.WeightVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;

/**
 * Pass rates of tasks over the responses that updates have read: a function of the commit records,
 * so that every reader, a restarted one too, computes the same. Thread-safe.
 */
public final class PassRates {
  /** Responses that a rate goes by: older ones fade as new ones come. */
  private static final int MEMORY = 8;

  /** Beyond these the tasks first seen are forgotten. */
  private static final int MOST_TASKS = 1_000_000;

  /**
   * @param responses at most {@link #MEMORY}; less than one where most have faded
   */
  private record Seen(double responses, double right) {

    Seen with(TaskOutcome outcome) {
      double fresh = Math.min(outcome.getResponses(), MEMORY);
      double freshRight = fresh * outcome.getRight() / outcome.getResponses();
      double kept = Math.min(responses, MEMORY - fresh);
      double keptRight = kept == 0 ? 0 : right * kept / responses;
      return new Seen(kept + fresh, keptRight + freshRight);
    }
  }

  private final UnaryOperator<String> ofAnyPass;
  private final Map<String, Seen> byTask = new LinkedHashMap<>();

  /**
   * @param ofAnyPass what is the same for a task's ids of all passes, see {@link
   *     TaskSource#ofAnyPass}
   */
  public PassRates(UnaryOperator<String> ofAnyPass) {
    this.ofAnyPass = ofAnyPass;
  }

  /** Takes in what a version was made from; each once, in order. */
  public synchronized void note(WeightVersion version) {
    for (TaskOutcome outcome : version.getOutcomes()) {
      if (outcome.getResponses() < 1) {
        continue;
      }
      String task = ofAnyPass.apply(outcome.getTaskId());
      byTask.put(task, byTask.getOrDefault(task, new Seen(0, 0)).with(outcome));
      if (byTask.size() > MOST_TASKS) {
        byTask.remove(byTask.keySet().iterator().next());
      }
    }
  }

  /**
   * The share of right ones among the last eight responses.
   *
   * @param taskId of any pass
   * @return empty while there were fewer
   */
  public synchronized OptionalDouble of(String taskId) {
    Seen seen = byTask.get(ofAnyPass.apply(taskId));
    return seen == null || seen.responses() < MEMORY - 1e-9
        ? OptionalDouble.empty()
        : OptionalDouble.of(seen.right() / seen.responses());
  }
}
