package io.sapo.schemas;

import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far the learner is with the batch it puts together, as its heartbeats say under {@link
 * #INFO}. Producers use it for the staleness bound: a trajectory that the learner has skipped is no
 * longer queued, long before the commit that records it.
 *
 * <p>Offsets are of the trajectories topic. As text: {@code VERSION;passed=P:OFFSET,…;
 * trained=P:OFFSET,P:FIRST-LAST,…}
 *
 * @param version committed, from which the update will start
 * @param passed by partition: one past the highest offset that has been consumed
 * @param trained by partition: those consumed for the batch since that version
 */
public record BatchProgress(
    long version, SortedMap<Integer, Long> passed, SortedMap<Integer, NavigableSet<Long>> trained) {

  /** Name among the {@code info} of a learner's status. */
  public static final String INFO = "batch_progress";

  private static final int MOST_OFFSETS = 1_000_000;

  public String text() {
    StringBuilder text = new StringBuilder().append(version).append(";passed=");
    passed.forEach(
        (partition, next) -> text.append(partition).append(':').append(next).append(','));
    text.append(";trained=");
    trained.forEach((partition, offsets) -> append(text, partition, offsets));
    return text.toString();
  }

  private static void append(StringBuilder text, int partition, NavigableSet<Long> offsets) {
    long first = -1;
    long last = -1;
    for (long offset : offsets) {
      if (first >= 0 && offset == last + 1) {
        last = offset;
        continue;
      }
      appendRun(text, partition, first, last);
      first = offset;
      last = offset;
    }
    appendRun(text, partition, first, last);
  }

  private static void appendRun(StringBuilder text, int partition, long first, long last) {
    if (first >= 0) {
      text.append(partition).append(':').append(first);
      text.append(last > first ? "-" + last : "").append(',');
    }
  }

  /** Empty when the text is none of this form: a heartbeat is never a reason to stop. */
  public static Optional<BatchProgress> parse(String text) {
    try {
      String[] parts = text.split(";", -1);
      SortedMap<Integer, Long> passed = new TreeMap<>();
      for (String one : parts[1].substring("passed=".length()).split(",")) {
        int colon = one.indexOf(':');
        if (colon > 0) {
          passed.put(
              Integer.parseInt(one.substring(0, colon)), Long.parseLong(one.substring(colon + 1)));
        }
      }
      SortedMap<Integer, NavigableSet<Long>> trained = new TreeMap<>();
      int offsets = 0;
      for (String one : parts[2].substring("trained=".length()).split(",")) {
        int colon = one.indexOf(':');
        if (colon < 0) {
          continue;
        }
        int dash = one.indexOf('-', colon);
        long first = Long.parseLong(one.substring(colon + 1, dash < 0 ? one.length() : dash));
        long last = dash < 0 ? first : Long.parseLong(one.substring(dash + 1));
        NavigableSet<Long> all =
            trained.computeIfAbsent(
                Integer.parseInt(one.substring(0, colon)), partition -> new TreeSet<>());
        boolean sound = first >= 0 && last >= first && last < Long.MAX_VALUE;
        if (!sound
            || last - first >= MOST_OFFSETS
            || (offsets += (int) (last - first) + 1) > MOST_OFFSETS) {
          return Optional.empty();
        }
        for (long offset = first; offset <= last; offset++) {
          all.add(offset);
        }
      }
      return Optional.of(new BatchProgress(Long.parseLong(parts[0]), passed, trained));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }
}
