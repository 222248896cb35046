package io.sapo.segmenter.judge;

import io.sapo.schemas.JudgeRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Requests that wait for a judge, with batching, retries and back-off. For one thread; the caller
 * passes the time.
 *
 * <ul>
 *   <li>A judge that is away is asked about one batch at a time, at growing intervals, and nothing
 *       is held against the responses.
 *   <li>A batch that fails otherwise is asked again in halves, so that one bad response ends alone.
 *   <li>A failure counts against a response only if it was asked about alone, and the judge has
 *       judged others since the failure before. After so many it is given up.
 * </ul>
 */
final class JudgeQueue {
  /** A response that waits, or is being asked about. */
  static final class Case {
    final JudgeRequest request;
    private final Consumer<Outcome> done;
    private int failures;
    private int held;
    private int mostTogether;
    private long judgedBefore;
    private long notBefore;

    private Case(JudgeRequest request, Consumer<Outcome> done, int mostTogether) {
      this.request = request;
      this.done = done;
      this.mostTogether = mostTogether;
    }
  }

  private final JudgeSettings.Effort effort;
  private final int batch;
  private final Deque<Case> fresh = new ArrayDeque<>();
  private final PriorityQueue<Case> again =
      new PriorityQueue<>(Comparator.comparingLong((Case c) -> c.notBefore));
  private int inFlight;
  private long judged;
  private long givenUp;
  private int timesAway;
  private long pausedUntil;
  private String trouble = "";

  /**
   * @param batch most responses that are asked about together
   */
  JudgeQueue(JudgeSettings.Effort effort, int batch) {
    this.effort = effort;
    this.batch = batch;
  }

  /**
   * @param done called once, when there is a verdict or none will come
   */
  void add(JudgeRequest request, Consumer<Outcome> done) {
    fresh.add(new Case(request, done, batch));
  }

  /** Forgets what waits; what is being asked about ends as always. */
  void drop(Predicate<JudgeRequest> which) {
    fresh.removeIf(c -> which.test(c.request));
    again.removeIf(c -> which.test(c.request));
  }

  /** What is to be asked now, as one batch; empty where nothing is. */
  List<Case> next(long nowNanos) {
    boolean away = timesAway > 0;
    if (inFlight >= effort.inFlight() || away && (inFlight > 0 || nowNanos - pausedUntil < 0)) {
      return List.of();
    }
    List<Case> together = new ArrayList<>();
    int most = batch;
    while (together.size() < most) {
      Case one = first(nowNanos);
      if (one == null || together.size() >= Math.min(most, one.mostTogether)) {
        break;
      }
      most = Math.min(most, one.mostTogether);
      (one == again.peek() ? again : fresh).remove();
      if (one.failures == 0) {
        one.judgedBefore = judged;
      }
      together.add(one);
    }
    inFlight += together.isEmpty() ? 0 : 1;
    return together;
  }

  private Case first(long nowNanos) {
    Case retry = again.peek();
    return retry != null && nowNanos - retry.notBefore >= 0 ? retry : fresh.peek();
  }

  /** How long {@link #next} stays empty if nothing is added or settled. */
  long waitNanos(long nowNanos) {
    if (inFlight >= effort.inFlight() || timesAway > 0 && inFlight > 0 || size() == 0) {
      return Long.MAX_VALUE;
    }
    long until = fresh.isEmpty() ? again.peek().notBefore - nowNanos : 0;
    return Math.max(0, timesAway > 0 ? Math.max(until, pausedUntil - nowNanos) : until);
  }

  /**
   * @param together as {@link #next} gave it
   * @param outcomes in the same order
   */
  void settle(List<Case> together, List<Outcome> outcomes, long nowNanos) {
    inFlight--;
    judged += outcomes.stream().filter(Outcome.Judged.class::isInstance).count();
    boolean away = false;
    for (int i = together.size() - 1; i >= 0; i--) {
      Case one = together.get(i);
      if (!(outcomes.get(i) instanceof Outcome.Failed failed)) {
        continue;
      }
      trouble = failed.why();
      if (failed.away()) {
        if (!away) {
          away = true;
          timesAway++;
        }
        long pause = Math.max(effort.backOffNanos(timesAway), failed.notBefore().toNanos());
        pausedUntil = nowNanos + pause;
        fresh.addFirst(one);
      } else {
        later(one, failed, together.size(), nowNanos);
      }
    }
    if (!away) {
      timesAway = 0;
    }
    for (int i = 0; i < together.size(); i++) {
      if (!(outcomes.get(i) instanceof Outcome.Failed)) {
        together.get(i).done.accept(outcomes.get(i));
      }
    }
    if (outcomes.stream().allMatch(Outcome.Judged.class::isInstance)) {
      trouble = "";
    }
  }

  private void later(Case one, Outcome.Failed failed, int together, long nowNanos) {
    one.failures++;
    one.held += together == 1 && judged > one.judgedBefore ? 1 : 0;
    one.judgedBefore = judged;
    if (one.held >= effort.attempts()) {
      givenUp++;
      one.done.accept(failed);
      return;
    }
    one.mostTogether = Math.max(1, together / 2);
    one.notBefore = nowNanos + effort.backOffNanos(one.failures);
    again.add(one);
  }

  /** Waiting, without what is being asked about. */
  int size() {
    return fresh.size() + again.size();
  }

  long judged() {
    return judged;
  }

  /** Responses on which the judge has failed too often. */
  long givenUp() {
    return givenUp;
  }

  /** Whether the judge as a whole was out of reach when last asked. */
  boolean away() {
    return timesAway > 0;
  }

  /** What went wrong last; empty when the last batch was judged whole. */
  String trouble() {
    return trouble;
  }
}
