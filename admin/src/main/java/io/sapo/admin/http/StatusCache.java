package io.sapo.admin.http;

import io.sapo.admin.health.Condition;
import io.sapo.admin.health.Health;
import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.LagMonitor;
import io.sapo.admin.topics.Lags;
import io.sapo.admin.topics.TopicFollower;
import io.sapo.schemas.Liveness;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;

/**
 * The status of the run, computed once a second and served from memory, so that its cost does not
 * grow with the number of readers.
 */
public final class StatusCache {
  private final RunState run;
  private final TopicFollower follower;
  private final LagMonitor lags;
  private final Health health;
  private final StatusView view;
  private final Clock clock;
  private final Liveness liveness = new Liveness(System::nanoTime);
  private volatile Beat last;

  /**
   * @param caughtUp whether what lay in the topics at the start has been read
   * @param changed whether the status differs from the one before in more than its time
   */
  record Beat(
      long atMs,
      List<Condition> conditions,
      Lags lags,
      boolean caughtUp,
      Buffer json,
      boolean changed) {}

  public StatusCache(
      RunState run, TopicFollower follower, LagMonitor lags, Health health, Clock clock) {
    this.run = run;
    this.follower = follower;
    this.lags = lags;
    this.health = health;
    this.view = new StatusView(run, health);
    this.clock = clock;
    beat();
  }

  /** Makes the next status; one thread at a time. */
  Beat beat() {
    long now = clock.millis();
    Lags positions = lags.current();
    boolean caughtUp = follower.caughtUp();
    List<Condition> conditions = health.judge(run, positions, follower.failure(), caughtUp, now);
    Buffer content = view.of(positions, conditions, now).toBuffer();
    // The time goes in front of the content, which stays as it was encoded.
    Buffer json =
        Buffer.buffer("{\"atMs\":" + now + ",").appendBuffer(content.slice(1, content.length()));
    boolean changed = last == null || !sameContent(last.json(), content);
    last = new Beat(now, conditions, positions, caughtUp, json, changed);
    liveness.beat();
    return last;
  }

  private static boolean sameContent(Buffer json, Buffer content) {
    int start = json.length() - content.length() + 1;
    return start > 0 && json.slice(start, json.length()).equals(content.slice(1, content.length()));
  }

  /** Whether statuses are made. */
  public Liveness liveness() {
    return liveness;
  }

  Beat last() {
    return last;
  }

  JsonObject health() {
    Beat beat = last;
    return new JsonObject()
        .put("healthy", Health.healthy(beat.conditions()))
        .put("conditions", StatusView.conditions(beat.conditions()));
  }
}
