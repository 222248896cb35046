package io.sapo.audit;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far each version says training had come in the trajectories topic, computed again. Behind
 * records that do not say where they come from it may say more: a learner that then waits takes
 * everything published for passed.
 */
final class PassedCheck {
  private final AuditReport report;

  PassedCheck(AuditReport report) {
    this.report = report;
  }

  /**
   * @param reached by version; one that could not be checked is absent
   */
  void check(List<CommittedVersion> versions, SortedMap<Long, Reached> reached) {
    Map<String, Long> before = new TreeMap<>();
    boolean unplaced = false;
    for (CommittedVersion version : versions) {
      Map<String, Long> recorded = new TreeMap<>(version.record().getTrajectoryPositions());
      Reached own = reached.get(version.version());
      Map<String, Long> expected = own == null ? recorded : added(before, own.all());
      boolean unplacedHere = own != null && own.unplaced();
      unplaced |= unplacedHere;
      boolean asRecorded =
          own == null
              || expected.equals(recorded)
              || added(before, own.judged()).equals(recorded)
              || unplaced && added(recorded, expected).equals(recorded);
      unplaced &= unplacedHere || expected.equals(recorded);
      if (!asRecorded) {
        report.wrong(
            Finding.of(
                "totals",
                version.version(),
                "says trajectories were passed up to %s; its records add up to %s"
                    .formatted(recorded, expected)));
      }
      before = asRecorded ? recorded : expected;
    }
  }

  private static Map<String, Long> added(Map<String, Long> before, Map<?, Long> own) {
    Map<String, Long> sum = new TreeMap<>(before);
    own.forEach((partition, next) -> sum.merge(partition.toString(), next, Math::max));
    return sum;
  }
}
