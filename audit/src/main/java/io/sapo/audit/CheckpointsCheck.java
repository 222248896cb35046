package io.sapo.audit;

import io.sapo.schemas.WeightVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Checkpoints on disk against the commit records of their versions. */
final class CheckpointsCheck {
  private static final String CHECKPOINTS = "checkpoints";

  private final AuditReport report;
  private final StoredCheckpoints store;

  CheckpointsCheck(AuditReport report, StoredCheckpoints store) {
    this.report = report;
    this.store = store;
  }

  void check(List<CommittedVersion> versions) {
    Map<Long, CommittedVersion> byNumber = new TreeMap<>();
    versions.forEach(version -> byNumber.put(version.version(), version));
    List<Long> present = store.versions();
    for (long number : present) {
      CommittedVersion version = byNumber.get(number);
      if (number == 0 && forked(versions)) {
        checkReference(versions.get(0).record());
      } else if (version == null) {
        report.note(
            store.folder(number) + " belongs to no committed version; the next learner sweeps it");
      } else {
        check(version.record());
      }
    }
    if (!versions.isEmpty()) {
      long promised = versions.get(versions.size() - 1).record().getCheckpointVersion();
      if (promised >= 0 && present.stream().noneMatch(number -> number >= promised)) {
        report.wrong(
            Finding.of(
                CHECKPOINTS,
                promised,
                "is named as the newest checkpoint, but neither it nor a newer one is at "
                    + store.folder(promised)));
      }
    }
  }

  private static boolean forked(List<CommittedVersion> versions) {
    return !versions.isEmpty()
        && versions.get(0).record().getOrigin() != null
        && versions.get(0).version() > 0;
  }

  /** Of a fork, checkpoint 0 holds the reference policy of the run it comes from. */
  private void checkReference(WeightVersion first) {
    Path folder = store.folder(0);
    try {
      compare(
          first,
          folder,
          "reference policy",
          first.getOrigin().getReferenceSha256(),
          store.reference());
      report.count(CHECKPOINTS, 1);
    } catch (UnusableCheckpointException e) {
      report.wrong(Finding.of(CHECKPOINTS, 0, e.getMessage()));
    }
  }

  private void check(WeightVersion record) {
    Path folder = store.folder(record.getVersion());
    try {
      StoredCheckpoints.Hashes found = store.hashes(record);
      compare(record, folder, "actor", record.getActorSha256(), found.actor());
      compare(record, folder, "critic", record.getCriticSha256(), found.critic());
      compare(record, folder, "optimizer", record.getOptimizerSha256(), found.optimizer());
      report.count(CHECKPOINTS, 1);
    } catch (UnusableCheckpointException e) {
      if (store.versions().contains(record.getVersion())) {
        report.wrong(Finding.of(CHECKPOINTS, record.getVersion(), e.getMessage()));
      }
    }
  }

  private void compare(
      WeightVersion record, Path folder, String what, String committed, String found) {
    if (!Objects.equals(committed, found)) {
      report.wrong(
          Finding.of(
              CHECKPOINTS,
              record.getVersion(),
              "%s: the %s hashes to %s, committed as %s"
                  .formatted(folder, what, found, committed)));
    }
  }
}
