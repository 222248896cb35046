package io.sapo.schemas;

import java.time.Duration;
import java.util.Optional;

/**
 * How long the records of a run's created topics are kept.
 *
 * @param records of trajectories, segments and credits: how long an update can be replayed, and how
 *     long a run may be paused before segments are lost that no update has used; empty for ever
 */
public record TopicRetention(Optional<Duration> records) {
  /** Long enough for a run that rests a month, and a month to notice. */
  public static final TopicRetention DEFAULT = new TopicRetention(Optional.of(Duration.ofDays(90)));

  String recordsMs() {
    return records.map(time -> Long.toString(time.toMillis())).orElse(FOR_EVER);
  }

  static final String FOR_EVER = "-1";
}
