package io.sapo.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an audit found. Findings are wrong; what waits is not (yet); notes say what could not be
 * looked at. Of each only the first thousand are kept, findings are all counted.
 */
public final class AuditReport {
  private static final int KEPT = 1_000;

  private final List<Finding> findings = new ArrayList<>();
  private final List<String> waiting = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final SortedMap<String, Long> counts = new TreeMap<>();
  private long wrong;

  void wrong(Finding finding) {
    wrong++;
    if (findings.size() < KEPT) {
      findings.add(finding);
    }
  }

  void waiting(String what) {
    if (waiting.size() < KEPT) {
      waiting.add(what);
    }
  }

  void note(String what) {
    if (notes.size() < KEPT) {
      notes.add(what);
    }
  }

  void count(String what, long number) {
    counts.merge(what, number, Long::sum);
  }

  public boolean clean() {
    return wrong == 0;
  }

  /** All there are, kept or not. */
  public long wrong() {
    return wrong;
  }

  public List<Finding> findings() {
    return Collections.unmodifiableList(findings);
  }

  public List<String> waiting() {
    return Collections.unmodifiableList(waiting);
  }

  public List<String> notes() {
    return Collections.unmodifiableList(notes);
  }

  /** What was looked at, by name. */
  public SortedMap<String, Long> counts() {
    return Collections.unmodifiableSortedMap(counts);
  }
}
