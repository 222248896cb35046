package io.sapo.learner.input;

import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.TaskOutcome;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The input of one update.
 *
 * @param examples ascending by position, so that a batch is a function of its ranges
 * @param ranges what was consumed for it, one for each assigned partition, ascending
 * @param trajectoryPositions by partition of the trajectories topic: one past the highest offset
 *     that a record of this batch comes from, trained or not; where records do not say where they
 *     come from, it may be the end of what had been published
 * @param outcomes by task of what was trained on or had no signal; none where the batch is read
 *     again from what was recorded
 */
public record Batch(
    List<TrainingExample> examples,
    List<InputRange> ranges,
    SortedMap<Integer, Long> trajectoryPositions,
    List<TaskOutcome> outcomes) {

  /** What version 0 is made from. */
  public static final Batch NONE = new Batch(List.of(), List.of(), new TreeMap<>());

  public Batch {
    examples = List.copyOf(examples);
    ranges = List.copyOf(ranges);
    outcomes = List.copyOf(outcomes);
  }

  /** Of a batch whose outcomes are on record already. */
  public Batch(
      List<TrainingExample> examples,
      List<InputRange> ranges,
      SortedMap<Integer, Long> trajectoryPositions) {
    this(examples, ranges, trajectoryPositions, List.of());
  }

  /** Records dropped because the outcomes of their groups are all alike. */
  public long withoutSignal() {
    return skipped(BatchRules.NO_SIGNAL);
  }

  /** Records dropped because too many versions have passed since they were begun. */
  public long stale() {
    return skipped(BatchRules.STALE);
  }

  private long skipped(String word) {
    return ranges.stream()
        .flatMap(range -> range.getSkipped().stream())
        .filter(run -> run.getReason().startsWith(word))
        .mapToLong(Skipped::getRecords)
        .sum();
  }

  public long skipped() {
    return ranges.stream().mapToLong(InputRanges::skipped).sum();
  }
}
