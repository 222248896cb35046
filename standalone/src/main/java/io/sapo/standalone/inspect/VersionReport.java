package io.sapo.standalone.inspect;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.sapo.command.Printable;
import io.sapo.schemas.ForkOrigin;
import io.sapo.schemas.WeightVersion;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A version and what it was made from, for people; its JSON is flat.
 *
 * @param inputs in log order
 */
public record VersionReport(
    long version,
    @JsonUnwrapped Lineage lineage,
    String committedAt,
    @JsonUnwrapped Hashes hashes,
    long trained,
    long skipped,
    List<Input> inputs,
    Map<String, Double> metrics) {

  /**
   * What the version follows.
   *
   * @param forkedFrom version, run and topics that the run was forked from; null but for its first
   */
  public record Lineage(long parent, String runId, String forkedFrom) {}

  /** SHA-256 of what the version is, and of the configuration that made it. */
  public record Hashes(
      String actorSha256, String criticSha256, String optimizerSha256, String configDigest) {}

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
        new Lineage(record.getParent(), record.getRunId(), forkedFrom(record.getOrigin())),
        Instant.ofEpochMilli(record.getCommittedAtMs()).toString(),
        new Hashes(
            record.getActorSha256(),
            record.getCriticSha256(),
            record.getOptimizerSha256(),
            record.getConfigDigest()),
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
            .formatted(version, lineage.runId(), lineage.parent(), committedAt));
    if (lineage.forkedFrom() != null) {
      text.append("  forked from %s%n".formatted(lineage.forkedFrom()));
    }
    text.append("  actor      %s%n".formatted(hashes.actorSha256()));
    text.append(
        "  critic     %s%n"
            .formatted(hashes.criticSha256() == null ? "none" : hashes.criticSha256()));
    text.append("  optimizer  %s%n".formatted(hashes.optimizerSha256()));
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
    String fate = input.skipped() == null ? "" : "  skipped: " + Printable.line(input.skipped());
    return String.format(
        Locale.ROOT,
        "%9d %-36s %7d %8d %5d %8.3f%s%n",
        input.offset(),
        input.id() == null ? "(unreadable)" : Printable.line(input.id()),
        input.tokens(),
        input.segments(),
        input.staleness(),
        input.reward(),
        fate);
  }
}
