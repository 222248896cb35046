package io.sapo.learner.input;

import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.Skipped;
import java.util.List;
import java.util.SortedMap;

/**
 * The input of one update.
 *
 * @param examples ascending by position, so that a batch is a function of its ranges
 * @param ranges what was consumed for it, one for each assigned partition, ascending
 * @param trajectoryPositions by partition of the trajectories topic: one past the highest offset
 *     that a record of this batch comes from, trained or not, as far as it can be read
 */
public record Batch(
    List<TrainingExample> examples,
    List<InputRange> ranges,
    SortedMap<Integer, Long> trajectoryPositions) {

  public Batch {
    examples = List.copyOf(examples);
    ranges = List.copyOf(ranges);
  }

  /** Records dropped because the outcomes of their groups are all alike. */
  public long withoutSignal() {
    return ranges.stream()
        .flatMap(range -> range.getSkipped().stream())
        .filter(run -> run.getReason().startsWith(BatchRules.NO_SIGNAL))
        .mapToLong(Skipped::getRecords)
        .sum();
  }

  public long skipped() {
    return ranges.stream().mapToLong(InputRanges::skipped).sum();
  }
}
