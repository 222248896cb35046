package io.sapo.learner.fold;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far training has read the log.
 *
 * @param version 0 for the initial weights, then +1 an update
 * @param positions by partition of the segments topic: the next offset to read
 * @param trajectoryPositions by partition of the trajectories topic: one past the highest offset
 *     whose segments have been consumed
 * @param consumedTotal records consumed so far, trained or skipped
 * @param trainedTotal records trained on so far
 */
public record Progress(
    long version,
    SortedMap<Integer, Long> positions,
    SortedMap<Integer, Long> trajectoryPositions,
    long consumedTotal,
    long trainedTotal) {

  public Progress {
    positions = Collections.unmodifiableSortedMap(new TreeMap<>(positions));
    trajectoryPositions = Collections.unmodifiableSortedMap(new TreeMap<>(trajectoryPositions));
  }

  public static Progress start() {
    return new Progress(0, new TreeMap<>(), new TreeMap<>(), 0, 0);
  }
}
