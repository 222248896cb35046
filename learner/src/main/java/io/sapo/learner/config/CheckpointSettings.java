package io.sapo.learner.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where checkpoints lie, how often they are written, and how long they stay.
 *
 * @param dataFolder holds {@code checkpoints/} and {@code exports/}
 * @param every versions between two
 * @param keep newest ones kept, at least 2
 * @param keepFor of these, older ones go; the newest 2 stay whatever their age
 */
public record CheckpointSettings(Path dataFolder, int every, int keep, Duration keepFor) {
  public CheckpointSettings {
    if (every < 1) {
      throw new IllegalArgumentException("checkpoint-every must be at least 1, got " + every);
    }
  }
}
