package io.sapo.learner.input;

import io.sapo.schemas.Skipped;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The skipped records of one partition in a batch, as runs between trained ones. However many there
 * are, the runs are no more than a limit or than trained records separate: records in a row with
 * the same reason are one run; beyond the limit a reason is its first word, and beyond it again
 * neighbours with different words are one run that counts them. A function of the records alone.
 */
final class SkipRuns {
  private static final int MAX_REASON_CHARS = 300;

  /** How much a reason says, in falling order. */
  private enum Detail {
    FULL,
    WORD,
    COUNTS
  }

  private static final class Run {
    final long first;
    final boolean joins;
    final String reason;
    final SortedMap<String, Integer> byWord = new TreeMap<>();
    long to;
    int records;
    boolean alike = true;

    /**
     * @param joins whether no trained record stands between this and the run before
     */
    Run(long first, boolean joins, String reason) {
      this.first = first;
      this.joins = joins;
      this.reason = reason;
    }

    void take(long end, String word, int count) {
      to = end;
      records += count;
      byWord.merge(word, count, Integer::sum);
    }

    void take(Run next) {
      alike &= next.alike && reason.equals(next.reason);
      to = next.to;
      records += next.records;
      next.byWord.forEach((word, count) -> byWord.merge(word, count, Integer::sum));
    }

    String text() {
      if (byWord.size() == 1) {
        return alike ? reason : shortened("%s (the first of %d)".formatted(reason, records));
      }
      return shortened(
          byWord.entrySet().stream()
              .map(entry -> entry.getKey() + " " + entry.getValue())
              .collect(Collectors.joining(", ", "mixed: ", "")));
    }
  }

  private final int limit;
  private List<Run> runs = new ArrayList<>();
  private Detail detail = Detail.FULL;
  private boolean separated = true;

  /**
   * @param limit of runs, before reasons are shortened to make fewer
   */
  SkipRuns(int limit) {
    this.limit = limit;
  }

  /** A trained record lies between what was added and what comes. */
  void separate() {
    separated = true;
  }

  /** Offsets ascend. */
  void add(long offset, String reason) {
    add(offset, offset + 1, 1, reason);
  }

  /**
   * As many records as there are, none where they were lost, from one offset to in front of
   * another.
   */
  void add(long offset, long to, int count, String reason) {
    Run next = new Run(offset, !separated, shortened(reason));
    next.take(to, word(reason), count);
    separated = false;
    append(runs, next);
    while (runs.size() > limit && detail != Detail.COUNTS) {
      detail = Detail.values()[detail.ordinal() + 1];
      List<Run> before = runs;
      runs = new ArrayList<>();
      before.forEach(run -> append(runs, run));
    }
  }

  private void append(List<Run> all, Run next) {
    Run last = all.isEmpty() ? null : all.get(all.size() - 1);
    if (last == null || !next.joins) {
      all.add(next);
      return;
    }
    boolean same =
        switch (detail) {
          case FULL -> last.reason.equals(next.reason);
          case WORD -> last.byWord.keySet().equals(next.byWord.keySet());
          case COUNTS -> true;
        };
    if (same) {
      last.take(next);
    } else {
      all.add(next);
    }
  }

  List<Skipped> records() {
    List<Skipped> records = new ArrayList<>(runs.size());
    for (Run run : runs) {
      records.add(
          new Skipped(run.first, run.text(), run.to == run.first + 1 ? -1L : run.to, run.records));
    }
    return records;
  }

  private static String word(String reason) {
    int colon = reason.indexOf(':');
    return shortened(colon < 0 ? reason : reason.substring(0, colon));
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(text.length(), MAX_REASON_CHARS));
  }
}
