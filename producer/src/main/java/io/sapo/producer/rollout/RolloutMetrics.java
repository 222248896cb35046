package io.sapo.producer.rollout;

import io.sapo.schemas.Liveness;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** What the rollout thread has done since it started: written by it, read by any thread. */
final class RolloutMetrics {
  /** What the thread's time goes to. */
  enum Activity {
    GENERATING,
    WAITING_AT_GATE,
    WAITING_FOR_WEIGHTS,
    WAITING_FOR_TASKS,
    WAITING_FOR_SERVERS,
    PAUSED,
    OTHER
  }

  /** Totals at one moment. */
  record Totals(
      long tokens,
      long trajectories,
      long refusedTasks,
      long passedOverTasks,
      long refusedRollouts,
      Map<Activity, Long> nanos) {}

  private final AtomicLong tokens = new AtomicLong();
  private final AtomicLong trajectories = new AtomicLong();
  private final AtomicLong refusedTasks = new AtomicLong();
  private final AtomicLong passedOverTasks = new AtomicLong();
  private final AtomicLong refusedRollouts = new AtomicLong();
  private final Map<Activity, AtomicLong> nanos = new EnumMap<>(Activity.class);
  private final Liveness liveness = new Liveness(System::nanoTime);
  private long since = System.nanoTime();

  RolloutMetrics() {
    for (Activity activity : Activity.values()) {
      nanos.put(activity, new AtomicLong());
    }
  }

  /** Books the time since the last booking; for the rollout thread only. */
  void spent(Activity activity) {
    long now = System.nanoTime();
    nanos.get(activity).addAndGet(now - since);
    since = now;
    liveness.beat();
  }

  /** Of the rollout thread. */
  Liveness liveness() {
    return liveness;
  }

  void finished(int responseTokens) {
    tokens.addAndGet(responseTokens);
    trajectories.incrementAndGet();
  }

  void refusedTask() {
    refusedTasks.incrementAndGet();
  }

  void passedOverTask() {
    passedOverTasks.incrementAndGet();
  }

  void refusedRollout() {
    refusedRollouts.incrementAndGet();
  }

  Totals totals() {
    Map<Activity, Long> spent = new EnumMap<>(Activity.class);
    nanos.forEach((activity, total) -> spent.put(activity, total.get()));
    return new Totals(
        tokens.get(),
        trajectories.get(),
        refusedTasks.get(),
        passedOverTasks.get(),
        refusedRollouts.get(),
        spent);
  }
}
