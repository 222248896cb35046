package io.sapo.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.schemas.Divergence;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.RecordDigest;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.WeightVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Commit records by themselves: one chain of one run, each beginning to read where its parent
 * ended, totals that add up. After a break it goes on from what it found, so that one fault is one
 * finding.
 */
final class VersionsCheck {
  private static final String CHAIN = "versions";
  private static final String INPUTS = "inputs";
  private static final String TOTALS = "totals";

  /** Of the learner's configuration, as commit records carry it. */
  private static final String MAX_STALENESS = "maxStaleness";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final AuditReport report;
  private final RecordCodec<WeightVersion> codec = RecordCodec.of(WeightVersion.class);
  private final List<CommittedVersion> versions = new ArrayList<>();
  private final SortedMap<Integer, Long> positions = new TreeMap<>();
  private final Map<String, Integer> stalenessByConfig = new TreeMap<>();
  private WeightVersion previous;
  private String previousSha256;
  private long trained;
  private long consumed;

  VersionsCheck(AuditReport report) {
    this.report = report;
  }

  void accept(ConsumerRecord<byte[], byte[]> at) {
    WeightVersion record;
    try {
      RecordDigest.check(at);
      record = codec.decode(at.value());
    } catch (RecordFormatException e) {
      report.wrong(Finding.at(CHAIN, at, "the commit record is damaged: " + e.getMessage()));
      return;
    }
    if (!chained(at, record)) {
      return;
    }
    checkDivergences(record);
    checkInputs(at, record);
    checkTotals(at, record);
    int maxStaleness = maxStaleness(at, record);
    record.setConfig("");
    record.setMetrics(Map.of());
    record.setOutcomes(List.of());
    record.setEnvironment(null);
    shareWithParent(record);
    versions.add(new CommittedVersion(at.offset(), record, maxStaleness));
    previous = record;
    previousSha256 = RecordDigest.of(at.value());
  }

  /** What is the same for a whole run is held once. */
  private void shareWithParent(WeightVersion record) {
    if (previous == null) {
      return;
    }
    if (record.getConfigDigest().equals(previous.getConfigDigest())) {
      record.setConfigDigest(previous.getConfigDigest());
    }
    if (record.getRunId().equals(previous.getRunId())) {
      record.setRunId(previous.getRunId());
    }
    if (record.getCheckpoint() != null && record.getCheckpoint().equals(previous.getCheckpoint())) {
      record.setCheckpoint(previous.getCheckpoint());
    }
    if (record.getTrajectoryPositions().equals(previous.getTrajectoryPositions())) {
      record.setTrajectoryPositions(previous.getTrajectoryPositions());
    }
  }

  /** Those in order, ascending. */
  List<CommittedVersion> versions() {
    return versions;
  }

  /** Whether the record may be taken as the next version. */
  private boolean chained(ConsumerRecord<byte[], byte[]> at, WeightVersion record) {
    long expected = previous == null ? first(record) : previous.getVersion() + 1;
    long version = record.getVersion();
    if (version < expected) {
      wrong(CHAIN, at, version, "comes a second time, after version " + (expected - 1));
      return false;
    }
    if (version > expected) {
      String missing =
          version == expected + 1
              ? "version %d is missing".formatted(expected)
              : "versions %d to %d are missing".formatted(expected, version - 1);
      wrong(CHAIN, at, version, missing + " before it");
    }
    if (record.getParent() != version - 1) {
      wrong(CHAIN, at, version, "names version " + record.getParent() + " as its parent");
    }
    if (previous != null && version == expected) {
      checkParent(at, record);
    }
    if (previous != null && !previous.getRunId().equals(record.getRunId())) {
      wrong(
          CHAIN,
          at,
          version,
          "belongs to run %s, its parent to run %s"
              .formatted(record.getRunId(), previous.getRunId()));
    }
    return true;
  }

  /** A run begins with version 0, a fork with the one it was forked from. */
  private static long first(WeightVersion record) {
    return record.getOrigin() == null ? 0 : record.getOrigin().getVersion();
  }

  /** Records older than this hash have none, all the way back to the first. */
  private void checkParent(ConsumerRecord<byte[], byte[]> at, WeightVersion record) {
    String named = record.getParentSha256();
    boolean older = named == null && previous.getParentSha256() == null;
    if (!older && !previousSha256.equals(named)) {
      wrong(
          CHAIN,
          at,
          record.getVersion(),
          "was made from a version %d whose record hashes to %s; the one before it hashes to %s"
              .formatted(record.getParent(), named, previousSha256));
    }
  }

  private void checkDivergences(WeightVersion record) {
    List<Divergence> accepted = record.getDivergences();
    if (!accepted.isEmpty()) {
      report.note(
          "versions %d to %d came out otherwise when they were folded again after a restart; this was accepted, and version %d was made from what was folded"
              .formatted(
                  accepted.get(0).getVersion(),
                  accepted.get(accepted.size() - 1).getVersion(),
                  record.getVersion()));
    }
  }

  private void checkInputs(ConsumerRecord<byte[], byte[]> at, WeightVersion record) {
    long version = record.getVersion();
    int last = -1;
    for (InputRange range : record.getInputs()) {
      int partition = range.getPartition();
      String where = "segments partition %d ".formatted(partition);
      if (partition <= last) {
        wrong(INPUTS, at, version, where + "is named after partition " + last);
      }
      last = partition;
      long expected = positions.getOrDefault(partition, 0L);
      if (range.getFrom() != expected) {
        wrong(
            INPUTS,
            at,
            version,
            where
                + "is read from %d, where %d is next: %s"
                    .formatted(
                        range.getFrom(),
                        expected,
                        range.getFrom() < expected
                            ? "positions are consumed twice"
                            : "positions are skipped"));
      }
      if (range.getTo() < range.getFrom()) {
        wrong(INPUTS, at, version, where + "is read backwards, to " + range.getTo());
      }
      positions.merge(partition, range.getTo(), Math::max);
      checkSkips(at, version, range, where);
    }
  }

  private void checkSkips(
      ConsumerRecord<byte[], byte[]> at, long version, InputRange range, String where) {
    long before = range.getFrom() - 1;
    for (Skipped skipped : range.getSkipped()) {
      long end = InputRanges.end(skipped);
      if (skipped.getOffset() <= before || end > range.getTo() || end <= skipped.getOffset()) {
        wrong(
            INPUTS,
            at,
            version,
            where + "is said to be skipped at %d to %d".formatted(skipped.getOffset(), end));
      }
      if (skipped.getReason().isBlank()) {
        wrong(
            INPUTS,
            at,
            version,
            where + "is skipped at %d for no reason".formatted(skipped.getOffset()));
      }
      before = Math.max(before, end - 1);
    }
  }

  private void checkTotals(ConsumerRecord<byte[], byte[]> at, WeightVersion record) {
    for (InputRange range : record.getInputs()) {
      trained += range.getTrained();
      consumed += range.getTrained() + InputRanges.skipped(range);
    }
    boolean gap = previous != null && previous.getVersion() != record.getVersion() - 1;
    if (gap) {
      trained = record.getTrainedTotal();
      consumed = record.getConsumedTotal();
    } else if (trained != record.getTrainedTotal() || consumed != record.getConsumedTotal()) {
      wrong(
          TOTALS,
          at,
          record.getVersion(),
          "says %d trained of %d consumed in all; the ranges add up to %d of %d"
              .formatted(record.getTrainedTotal(), record.getConsumedTotal(), trained, consumed));
    }
  }

  private int maxStaleness(ConsumerRecord<byte[], byte[]> at, WeightVersion record) {
    String found = RecordDigest.of(record.getConfig().getBytes(StandardCharsets.UTF_8));
    if (!found.equals(record.getConfigDigest())) {
      wrong(
          CHAIN,
          at,
          record.getVersion(),
          "its config hashes to %s, recorded as %s".formatted(found, record.getConfigDigest()));
    }
    Integer known = stalenessByConfig.get(found);
    if (known != null) {
      return known;
    }
    int read = Integer.MAX_VALUE;
    try {
      read = maxStaleness(record.getConfig());
    } catch (IllegalArgumentException e) {
      wrong(CHAIN, at, record.getVersion(), "its config cannot be read: " + e.getMessage());
    }
    stalenessByConfig.put(found, read);
    return read;
  }

  private static int maxStaleness(String config) {
    try {
      JsonNode found = JSON.readTree(config).path(MAX_STALENESS);
      if (!found.canConvertToInt()) {
        throw new IllegalArgumentException("it has no number under " + MAX_STALENESS);
      }
      return found.intValue();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  private void wrong(String check, ConsumerRecord<byte[], byte[]> at, long version, String what) {
    report.wrong(Finding.at(check, at, what).ofVersion(version));
  }
}
