package io.sapo.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PassedCheckTest {
  private final AuditReport report = new AuditReport();
  private final List<CommittedVersion> versions = new ArrayList<>();
  private final SortedMap<Long, Reached> reached = new TreeMap<>();

  /**
   * A version of one record.
   *
   * @param recorded what it says was passed of partitions 0 and 1
   * @param source offset in partition 0 that its record comes from
   */
  private Reached version(long recorded, long other, long source) {
    long version = versions.size();
    WeightVersion record = new WeightVersion();
    record.setVersion(version);
    record.setTrajectoryPositions(Map.of("0", recorded, "1", other));
    versions.add(new CommittedVersion(version, record, 1));
    SegmentedTrajectory segments = new SegmentedTrajectory();
    segments.setSourcePartition(0);
    segments.setSourceOffset(source);
    Reached own = new Reached();
    own.pass(segments, true);
    segments.setSourcePartition(1);
    segments.setSourceOffset(other - 1);
    if (version == 0) {
      own.pass(segments, true);
    }
    reached.put(version, own);
    return own;
  }

  private List<Long> wrong() {
    new PassedCheck(report).check(versions, reached);
    return report.findings().stream().map(Finding::version).toList();
  }

  @Test
  void whatIsSaidIsWhatTheRecordsAddUpTo() {
    version(1, 5, 0);
    version(2, 5, 1);
    assertThat(wrong()).isEmpty();
  }

  @Test
  void moreThanTheRecordsAddUpToIsWrong() {
    version(1, 5, 0);
    version(3, 5, 1);
    version(4, 6, 3);
    assertThat(wrong()).containsExactly(1L, 2L);
  }

  @Test
  void behindRecordsThatDoNotSayWhereTheyComeFromMoreMayBePassedOnce() {
    version(1, 5, 0);
    version(2, 5, 1).passUnplaced();
    version(9, 8, 2);
    version(10, 8, 9);
    version(12, 8, 10);
    assertThat(wrong()).as("the one that nothing explains").containsExactly(4L);
  }

  @Test
  void neverLess() {
    version(1, 5, 0);
    version(1, 5, 1).passUnplaced();
    assertThat(wrong()).containsExactly(1L);
  }
}
