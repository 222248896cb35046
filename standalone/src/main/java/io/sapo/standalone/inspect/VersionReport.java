package io.sapo.standalone.inspect;

import io.sapo.schemas.ForkOrigin;
import io.sapo.schemas.WeightVersion;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A version and what it was made from, for people.
 *
 * @param forkedFrom version, run and topics that the run was forked from; null but for its first
 * @param inputs in log order
 */
public record VersionReport(
    long version,
    long parent,
    String runId,
    String forkedFrom,
    String committedAt,
    String actorSha256,
    String criticSha256,
    String optimizerSha256,
    String configDigest,
    long trained,
    long skipped,
    List<Input> inputs,
    Map<String, Double> metrics) {

  /**
   * A record of the segments topic.
   *
   * @param id null when the record cannot be read; the rest is then 0
   * @param staleness versions between the one it was begun with and the parent
   * @param skipped reason; null when it was trained on
   */
  public record Input(
      int partition,
      long offset,
      String id,
      int tokens,
      int segments,
      long staleness,
      double reward,
      boolean correct,
      String skipped) {}

  static VersionReport of(WeightVersion record, List<Input> inputs) {
    long skipped = inputs.stream().filter(input -> input.skipped() != null).count();
    return new VersionReport(
        record.getVersion(),
        record.getParent(),
        record.getRunId(),
        forkedFrom(record.getOrigin()),
        Instant.ofEpochMilli(record.getCommittedAtMs()).toString(),
        record.getActorSha256(),
        record.getCriticSha256(),
        record.getOptimizerSha256(),
        record.getConfigDigest(),
        inputs.size() - skipped,
        skipped,
        inputs,
        new TreeMap<>(record.getMetrics()));
  }

  private static String forkedFrom(ForkOrigin origin) {
    return origin == null
        ? null
        : "version %d of run %s (topics %s*)"
            .formatted(origin.getVersion(), origin.getRunId(), origin.getTopicPrefix());
  }

  /** A line a trajectory. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "version %d of run %s, from version %d, %s%n"
            .formatted(version, runId, parent, committedAt));
    if (forkedFrom != null) {
      text.append("  forked from %s%n".formatted(forkedFrom));
    }
    text.append("  actor      %s%n".formatted(actorSha256));
    text.append("  critic     %s%n".formatted(criticSha256 == null ? "none" : criticSha256));
    text.append("  optimizer  %s%n".formatted(optimizerSha256));
    text.append("  %d trained, %d skipped%n".formatted(trained, skipped));
    if (!inputs.isEmpty()) {
      text.append(
          "%n%9s %-36s %7s %8s %5s %8s%n"
              .formatted("offset", "trajectory", "tokens", "segments", "stale", "reward"));
    }
    for (Input input : inputs) {
      text.append(line(input));
    }
    return text.toString();
  }

  private static String line(Input input) {
    String fate = input.skipped() == null ? "" : "  skipped: " + input.skipped();
    return String.format(
        Locale.ROOT,
        "%9d %-36s %7d %8d %5d %8.3f%s%n",
        input.offset(),
        input.id() == null ? "(unreadable)" : input.id(),
        input.tokens(),
        input.segments(),
        input.staleness(),
        input.reward(),
        fate);
  }
}
