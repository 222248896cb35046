package io.sapo.admin.run;

import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What is kept of a commit record; the whole one, config included, is read back from {@code
 * position}.
 */
public record VersionEntry(
    Position position,
    long version,
    long parent,
    String runId,
    long committedAtMs,
    long consumedTotal,
    long trainedTotal,
    double klCoefficient,
    String configDigest,
    boolean anchor,
    long checkpointVersion,
    List<Inputs> inputs,
    SortedMap<String, Double> metrics) {

  /**
   * Consumed offsets of one partition of the segments topic.
   *
   * @param skipped by run of skipped records, ascending: the first offset
   * @param ends by run: one past the last offset
   * @param records by run
   */
  public record Inputs(
      int partition,
      long from,
      long to,
      int trained,
      long[] skipped,
      long[] ends,
      int[] records,
      String[] reasons) {
    boolean covers(Position record) {
      return record.partition() == partition && record.offset() >= from && record.offset() < to;
    }
  }

  static VersionEntry of(Position position, WeightVersion record) {
    SortedMap<String, Double> metrics = new TreeMap<>();
    for (Map.Entry<String, Double> metric : record.getMetrics().entrySet()) {
      metrics.put(metric.getKey().intern(), metric.getValue());
    }
    List<Inputs> inputs = new ArrayList<>();
    for (InputRange range : record.getInputs()) {
      inputs.add(inputs(range));
    }
    return new VersionEntry(
        position,
        record.getVersion(),
        record.getParent(),
        record.getRunId().intern(),
        record.getCommittedAtMs(),
        record.getConsumedTotal(),
        record.getTrainedTotal(),
        record.getKlCoefficient(),
        record.getConfigDigest().intern(),
        record.getAnchor(),
        record.getCheckpointVersion(),
        Collections.unmodifiableList(inputs),
        Collections.unmodifiableSortedMap(metrics));
  }

  private static Inputs inputs(InputRange range) {
    int count = range.getSkipped().size();
    long[] offsets = new long[count];
    long[] ends = new long[count];
    int[] records = new int[count];
    String[] reasons = new String[count];
    for (int i = 0; i < count; i++) {
      Skipped skipped = range.getSkipped().get(i);
      offsets[i] = skipped.getOffset();
      ends[i] = InputRanges.end(skipped);
      records[i] = skipped.getRecords();
      reasons[i] = skipped.getReason().intern();
    }
    return new Inputs(
        range.getPartition(),
        range.getFrom(),
        range.getTo(),
        range.getTrained(),
        offsets,
        ends,
        records,
        reasons);
  }

  public int trained() {
    return inputs.stream().mapToInt(Inputs::trained).sum();
  }

  public int skipped() {
    return inputs.stream().flatMapToInt(range -> Arrays.stream(range.records())).sum();
  }

  /** Records skipped because too many versions had passed since they were begun. */
  public long skippedAsStale() {
    return inputs.stream()
        .flatMapToLong(
            range ->
                IntStream.range(0, range.reasons().length)
                    .filter(run -> range.reasons()[run].startsWith("stale"))
                    .mapToLong(run -> range.records()[run]))
        .sum();
  }

  /** Whether this update consumed the record of the segments topic. */
  public boolean covers(Position record) {
    return inputs.stream().anyMatch(range -> range.covers(record));
  }

  /** What became of a record, or null when this update did not consume it. */
  Fate fateOf(Position record) {
    for (Inputs range : inputs) {
      if (range.covers(record)) {
        int found = Arrays.binarySearch(range.skipped(), record.offset());
        int run = found >= 0 ? found : -found - 2;
        boolean skipped = run >= 0 && record.offset() < range.ends()[run];
        return new Fate(version, parent, skipped ? range.reasons()[run] : null);
      }
    }
    return null;
  }

  /**
   * What an update did with a record.
   *
   * @param skipped why it was not trained on; null when it was
   */
  public record Fate(long version, long parent, String skipped) {}
}
