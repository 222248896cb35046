package io.sapo.learner.fold;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is worth knowing about one update, by metric name. The metrics are outputs only: nothing
 * reads them back into training.
 *
 * @param version that the update made
 */
public record UpdateReport(long version, SortedMap<String, Double> metrics) {

  public UpdateReport {
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
  }
}
