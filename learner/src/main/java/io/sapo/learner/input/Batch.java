package io.sapo.learner.input;

import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
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

  public long skipped() {
    return ranges.stream().mapToLong(InputRanges::skipped).sum();
  }
}
