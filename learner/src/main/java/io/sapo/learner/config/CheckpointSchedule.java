package io.sapo.learner.config;

import java.time.Duration;

/**
 * How often checkpoints are written, and how long they stay.
 *
 * @param every versions between two
 * @param keep newest ones kept, at least 2
 * @param keepFor of these, older ones go; the newest 2 stay whatever their age
 */
public record CheckpointSchedule(int every, int keep, Duration keepFor) {
  public CheckpointSchedule {
    if (every < 1) {
      throw new IllegalArgumentException("checkpoint-every must be at least 1, got " + every);
    }
  }
}
