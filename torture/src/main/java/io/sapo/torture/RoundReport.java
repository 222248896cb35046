package io.sapo.torture;

import io.sapo.standalone.run.RoleKind;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one run went through and passed.
 *
 * @param faults how many of each kind
 * @param hostile records sent beside
 * @param kills of processes by SIGKILL or halt, those of the second learner included
 * @param audits all of them clean
 * @param versions committed, each bit-identical to that of the learner that folded alone
 * @param gaveUp roles that ended by themselves and were started again
 * @param slowest seconds from a fault to the next committed version
 * @param checked what the last audit looked at
 */
public record RoundReport(
    SortedMap<String, Integer> faults,
    long hostile,
    int kills,
    int audits,
    long versions,
    SortedMap<String, Integer> gaveUp,
    double slowest,
    SortedMap<String, Long> checked) {

  /** A report in the making. */
  static final class Counts {
    private final SortedMap<String, Integer> faults = new TreeMap<>();
    private final SortedMap<String, Integer> gaveUp = new TreeMap<>();
    private long hostile;
    private int kills;
    private int audits;
    private double slowest;

    void count(String label, boolean killed, double seconds) {
      faults.merge(label, 1, Integer::sum);
      kills += killed ? 1 : 0;
      slowest = Math.max(slowest, seconds);
    }

    void hostile(long records) {
      hostile += records;
    }

    void audited() {
      audits++;
    }

    void gaveUp(RoleKind role) {
      gaveUp.merge(role.label(), 1, Integer::sum);
    }

    RoundReport report(long versions, int killsAlone, SortedMap<String, Long> checked) {
      return new RoundReport(
          faults, hostile, kills + killsAlone, audits, versions, gaveUp, slowest, checked);
    }
  }
}
