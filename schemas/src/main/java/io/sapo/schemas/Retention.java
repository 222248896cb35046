package io.sapo.schemas;

import java.time.Duration;
import java.util.Optional;

/**
 * How long the records of a run's created topics are kept.
 *
 * @param records of trajectories, segments and credits: as long can an update be folded again, and
 *     as long may a run rest with segments that no update has taken; empty for ever
 */
public record Retention(Optional<Duration> records) {
  /** Long enough for a run that rests a month, and a month to notice. */
  public static final Retention DEFAULT = new Retention(Optional.of(Duration.ofDays(90)));

  String recordsMs() {
    return records.map(time -> Long.toString(time.toMillis())).orElse(FOR_EVER);
  }

  static final String FOR_EVER = "-1";
}
