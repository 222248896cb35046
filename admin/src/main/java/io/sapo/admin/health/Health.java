package io.sapo.admin.health;

import io.sapo.admin.config.Thresholds;
import io.sapo.admin.run.RunState;
import io.sapo.admin.run.VersionEntry;
import io.sapo.admin.topics.Lags;
import io.sapo.schemas.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges what is known of a run against the thresholds. Pure: the same knowledge, the same answer.
 */
public final class Health {
  private static final long FED_WITHIN_MS = 5 * 60_000;

  private final ProcessConditions processes;
  private final TopicConditions topics;
  private final UpdateConditions updates;
  private final Thresholds limits;

  public Health(Thresholds limits) {
    this.limits = limits;
    processes = new ProcessConditions(limits);
    topics = new TopicConditions(limits);
    updates = new UpdateConditions(limits);
  }

  /**
   * @param reading what keeps the topics from being read; empty when nothing does
   */
  public List<Condition> judge(
      RunState run, Lags lags, String reading, boolean caughtUp, long nowMs) {
    List<Status> components = run.heartbeats().all();
    Optional<VersionEntry> newest = run.versions().newest();
    List<Condition> conditions = new ArrayList<>();
    conditions.add(TopicConditions.broker(lags, reading, caughtUp));
    boolean fed = run.trajectories().since(nowMs - FED_WITHIN_MS) > 0;
    conditions.add(processes.heartbeats(components, fed, nowMs));
    conditions.add(processes.failed(components, nowMs));
    conditions.add(processes.stuck(components, nowMs));
    conditions.add(topics.lag(lags));
    boolean fedOfLate = run.trajectories().since(nowMs - limits.noVersionFor().toMillis()) > 0;
    long version = newest.map(VersionEntry::version).orElse(-1L);
    Optional<String> excuse = processes.excuse(components, version, fedOfLate, nowMs);
    conditions.add(updates.versions(newest, excuse, nowMs));
    conditions.add(UpdateConditions.staleness(run));
    conditions.add(updates.entropy(newest, run.versions().firstEntropy()));
    conditions.add(updates.kl(newest));
    conditions.add(updates.logProbGap(newest));
    conditions.add(UpdateConditions.finite(newest));
    conditions.add(UpdateConditions.leftOut(newest));
    conditions.add(processes.skipped(components, nowMs));
    conditions.add(topics.deadLetters(run, nowMs));
    // What one said before it was killed is no news: that it is silent is.
    List<Status> reporting =
        components.stream().filter(status -> !processes.silent(status, nowMs)).toList();
    conditions.add(HangingTransactions.judge(reporting));
    conditions.add(JudgesAway.judge(reporting));
    conditions.add(ServersAway.judge(reporting));
    conditions.add(RewardTrend.judge(run.versions().rewards(), limits.updates().rewardDrop()));
    conditions.add(Replay.judge(run.versions(), lags.segments()));
    return List.copyOf(conditions);
  }

  public static boolean healthy(List<Condition> conditions) {
    return conditions.stream().noneMatch(c -> c.state() == Condition.State.FAILING);
  }

  /** Whether a component has missed the heartbeats it announced. */
  public boolean silent(Status status, long nowMs) {
    return processes.silent(status, nowMs);
  }
}
