package io.sapo.admin.health;

import io.sapo.admin.run.VersionEntry;
import io.sapo.admin.run.VersionLog;
import io.sapo.admin.topics.Lags;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which versions can be replayed, and until when: the segments they were made from expire. Fails
 * when that touches recovery, which folds what came after the newest checkpoint.
 */
final class Replay {
  private static final String ID = "replay";
  private static final String TITLE = "Updates can be replayed";
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private Replay() {}

  static Condition judge(VersionLog versions, Optional<Lags.Kept> kept) {
    List<VersionEntry> known = versions.oldestFirst(-1);
    if (kept.isEmpty() || known.stream().allMatch(version -> version.inputs().isEmpty())) {
      return Condition.unknown(ID, TITLE, "no update has been committed yet");
    }
    VersionEntry newest = known.get(known.size() - 1);
    Optional<VersionEntry> oldest =
        known.stream().filter(version -> isKept(version, kept.get().from())).findFirst();
    long reached = oldest.map(VersionEntry::version).orElse(newest.version() + 1);
    boolean recoverable = reached <= newest.checkpointVersion() + 1;
    String reason =
        oldest
            .map(
                version ->
                    "from version " + version.version() + " on; " + until(version, kept.get()))
            .orElse("the segments of all versions have expired");
    return Condition.of(
        !recoverable,
        ID,
        TITLE,
        recoverable
            ? reason
            : reason
                + "; a learner that is restarted needs those after version "
                + newest.checkpointVersion()
                + ": let it write a checkpoint before it ends");
  }

  private static boolean isKept(VersionEntry version, long from) {
    return !version.inputs().isEmpty()
        && version.inputs().stream().allMatch(range -> range.from() >= from);
  }

  /** A version's records are about as old as its commit; with the last of them it goes. */
  private static String until(VersionEntry version, Lags.Kept kept) {
    return kept.retentionMs() < 0
        ? "version %d for ever".formatted(version.version())
        : "version %d until about %s"
            .formatted(
                version.version(),
                DAY.format(Instant.ofEpochMilli(version.committedAtMs() + kept.retentionMs())));
  }
}
