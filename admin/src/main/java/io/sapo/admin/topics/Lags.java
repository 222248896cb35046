package io.sapo.admin.topics;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Positions of topics and consumer groups at one moment.
 *
 * @param failure why they could not be asked for; empty when they could
 * @param segments what updates can be folded from; empty when that is not known
 */
public record Lags(
    long atMs,
    String failure,
    SortedMap<String, Flow> topics,
    List<Group> groups,
    Optional<Kept> segments) {

  /**
   * What the segments topic still holds.
   *
   * @param from first offset that is there
   * @param retentionMs how long a record is kept; -1 for ever
   */
  public record Kept(long from, long retentionMs) {}

  /**
   * @param records offsets in the topic, all partitions; with transactions their ends count, too
   * @param perSecond growth over the last minute
   */
  public record Flow(long records, double perSecond) {}

  /**
   * @param lag offsets between the group's position and the end of the topic, all partitions
   * @param growth change of the lag over the window, in offsets
   * @param windowMs length of the window
   */
  public record Group(String group, String topic, long lag, long growth, long windowMs) {}

  public static Lags unknown(long atMs, String failure) {
    return new Lags(atMs, failure, new TreeMap<>(), List.of(), Optional.empty());
  }
}
