package io.sapo.standalone.audit;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How far each version says training had come in the trajectories topic, computed again. */
final class PassedCheck {
  private final AuditReport report;

  PassedCheck(AuditReport report) {
    this.report = report;
  }

  /**
   * @param reached by version: one past the highest source offset of each partition among its own
   *     records; a version that could not be checked is absent
   */
  void check(List<CommittedVersion> versions, SortedMap<Long, SortedMap<Integer, Long>> reached) {
    Map<String, Long> before = new TreeMap<>();
    for (CommittedVersion version : versions) {
      Map<String, Long> recorded = new TreeMap<>(version.record().getTrajectoryPositions());
      SortedMap<Integer, Long> own = reached.get(version.version());
      if (own == null) {
        before = recorded;
      } else {
        Map<String, Long> expected = new TreeMap<>(before);
        own.forEach((partition, next) -> expected.merge(partition.toString(), next, Math::max));
        if (!expected.equals(recorded)) {
          report.wrong(
              Finding.of(
                  "totals",
                  version.version(),
                  "says trajectories were passed up to %s; its records add up to %s"
                      .formatted(recorded, expected)));
        }
        before = expected;
      }
    }
  }
}
