package io.sapo.schemas;

import java.util.List;
import java.util.Optional;

/** Reads what commit records say of the records that an update consumed. */
public final class InputRanges {
  private InputRanges() {}

  /** How many records of a range were skipped. */
  public static long skipped(InputRange range) {
    long records = 0;
    for (Skipped run : range.getSkipped()) {
      records += run.getRecords();
    }
    return records;
  }

  /** One past the last offset of a run. */
  public static long end(Skipped run) {
    return run.getTo() < 0 ? run.getOffset() + 1 : run.getTo();
  }

  /** Where a range begins in earnest: what it skips at its beginning may have expired. */
  public static long firstNotSkipped(InputRange range) {
    long from = range.getFrom();
    for (Skipped run : range.getSkipped()) {
      if (run.getOffset() != from) {
        break;
      }
      from = end(run);
    }
    return from;
  }

  /** The run that a record of the range was skipped in; empty when it was trained on. */
  public static Optional<Skipped> skipOf(InputRange range, long offset) {
    List<Skipped> runs = range.getSkipped();
    int low = 0;
    int high = runs.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Skipped run = runs.get(middle);
      if (offset < run.getOffset()) {
        high = middle - 1;
      } else if (offset >= end(run)) {
        low = middle + 1;
      } else {
        return Optional.of(run);
      }
    }
    return Optional.empty();
  }
}
