package io.sapo.learner.input;

import io.sapo.schemas.BatchProgress;
import io.sapo.schemas.InputRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Builds one batch: what became of each record consumed so far, trained or skipped and why. */
final class BatchBuilder {

  /** Of runs of skipped records in all partitions: what a commit record holds with ease. */
  private static final int MOST_RUNS = 2_048;

  private static final int LEAST_RUNS = 64;

  private static final class Range {
    final long from;
    final SkipRuns skipped;
    long to;
    int trained;

    Range(long from, int mostRuns) {
      this.from = from;
      this.to = from;
      this.skipped = new SkipRuns(mostRuns);
    }
  }

  private final List<TrainingExample> examples = new ArrayList<>();
  private final SortedMap<Integer, Range> ranges = new TreeMap<>();
  private final SortedMap<Integer, Long> trajectoryPositions = new TreeMap<>();
  private final Refusals refusals = new Refusals();
  private final OutcomeTally outcomes = new OutcomeTally();
  private long withoutSignal;

  /**
   * @param positions by partition: the offset at which this batch begins
   */
  BatchBuilder(SortedMap<Integer, Long> positions) {
    int mostRuns = Math.max(LEAST_RUNS, MOST_RUNS / Math.max(1, positions.size()));
    positions.forEach((partition, from) -> ranges.put(partition, new Range(from, mostRuns)));
  }

  void train(InputRecord record) {
    Range range = consume(record);
    range.trained++;
    range.skipped.separate();
    examples.add(record.example());
    outcomes.add(record.example());
  }

  void skip(InputRecord record, String reason) {
    consume(record)
        .skipped
        .add(record.position().offset(), record.next(), record.records(), reason);
    refusals.add(reason);
    if (reason.startsWith(BatchRules.NO_SIGNAL)) {
      withoutSignal++;
      outcomes.add(record.example());
    }
  }

  private Range consume(InputRecord record) {
    Position position = record.position();
    Range range = ranges.get(position.partition());
    if (range == null) {
      throw new IllegalStateException(
          position + " belongs to no partition that this batch reads: " + ranges.keySet());
    }
    if (position.offset() < range.to) {
      throw new IllegalStateException(
          position + " was read again or out of order; expected at least " + range.to);
    }
    range.to = record.next();
    if (record.source() != null) {
      InputRecord.Source source = record.source();
      trajectoryPositions.merge(source.partition(), source.offset() + 1, Math::max);
    }
    return range;
  }

  /** By partition of the trajectories topic: everything before these offsets counts as consumed. */
  void pass(SortedMap<Integer, Long> trajectories) {
    trajectories.forEach(
        (partition, next) -> trajectoryPositions.merge(partition, next, Math::max));
  }

  int trained() {
    return examples.size();
  }

  /** Records skipped because their groups have no signal. */
  long withoutSignal() {
    return withoutSignal;
  }

  Refusals refusals() {
    return refusals;
  }

  /**
   * @param version that the batch will be trained on
   */
  BatchProgress progress(long version) {
    SortedMap<Integer, NavigableSet<Long>> trained = new TreeMap<>();
    for (TrainingExample example : examples) {
      trained
          .computeIfAbsent(example.origin().sourcePartition(), partition -> new TreeSet<>())
          .add(example.origin().sourceOffset());
    }
    return new BatchProgress(version, new TreeMap<>(trajectoryPositions), trained);
  }

  SortedMap<Integer, Long> positions() {
    SortedMap<Integer, Long> next = new TreeMap<>();
    ranges.forEach((partition, range) -> next.put(partition, range.to));
    return next;
  }

  Batch finish() {
    List<TrainingExample> ordered = new ArrayList<>(examples);
    ordered.sort(Comparator.comparing(example -> example.origin().position()));
    List<InputRange> consumed = new ArrayList<>();
    ranges.forEach(
        (partition, range) ->
            consumed.add(
                new InputRange(
                    partition, range.from, range.to, range.trained, range.skipped.records())));
    return new Batch(ordered, consumed, trajectoryPositions, outcomes.byTask());
  }
}
