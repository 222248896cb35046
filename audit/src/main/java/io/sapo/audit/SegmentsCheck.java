package io.sapo.audit;

import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.VersionRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * One partition of the segments topic against the commit records: each record in exactly one range,
 * trained or skipped, and fresh enough where it was trained. Records must come in log order.
 */
final class SegmentsCheck {
  private static final String CONSUMED = "consumed";
  private static final String STALENESS = "staleness";

  /** An input range of a version while the log passes by. */
  private static final class Open {
    final CommittedVersion version;
    final InputRange range;
    int trained;
    long skipped;
    int nextRun;
    int inRun;

    Open(CommittedVersion version, InputRange range) {
      this.version = version;
      this.range = range;
    }
  }

  private final AuditReport report;
  private final String topic;
  private final int partition;
  private final long begin;
  private final IdSet ids;
  private final Sources sources;
  private final RecordCodec<SegmentedTrajectory> codec = RecordCodec.of(SegmentedTrajectory.class);
  private final List<Open> ranges = new ArrayList<>();
  private final List<Open> current = new ArrayList<>();
  private final SortedMap<Long, Reached> reached = new TreeMap<>();
  private int nextRange;
  private long consumedTo;
  private long waiting;

  /**
   * @param begin first offset still on the log; what lies before is not judged
   * @param ids of all partitions
   */
  SegmentsCheck(
      AuditReport report,
      String topic,
      int partition,
      long begin,
      List<CommittedVersion> versions,
      IdSet ids,
      Sources sources) {
    this.report = report;
    this.topic = topic;
    this.partition = partition;
    this.begin = begin;
    this.ids = ids;
    this.sources = sources;
    for (CommittedVersion version : versions) {
      for (InputRange range : version.record().getInputs()) {
        if (range.getPartition() == partition && range.getTo() > range.getFrom()) {
          ranges.add(new Open(version, range));
          consumedTo = Math.max(consumedTo, range.getTo());
        }
      }
    }
    ranges.sort(Comparator.comparingLong(open -> open.range.getFrom()));
  }

  void accept(ConsumerRecord<byte[], byte[]> at) {
    report.count("segments", 1);
    move(at.offset());
    SegmentedTrajectory segments = null;
    String damage = null;
    try {
      DamagedRecords.check(at.headers());
      segments = codec.decode(at.value());
    } catch (RecordFormatException e) {
      damage = e.getMessage();
    }
    if (segments != null) {
      arrived(at, segments);
    } else if (DamagedRecords.why(at.headers()).isPresent()) {
      sources.unreadable();
    }
    if (current.isEmpty()) {
      unclaimed(at, segments);
    } else if (current.size() > 1) {
      report.wrong(
          finding(CONSUMED, at, segments)
              .apply(
                  "consumed by versions %d and %d"
                      .formatted(
                          current.get(0).version.version(), current.get(1).version.version())));
    }
    for (Open open : current) {
      judge(open, at, segments, damage);
    }
  }

  /** The log has ended at an offset. */
  void finish(long end) {
    move(Math.max(end, consumedTo));
    if (end < consumedTo) {
      report.wrong(
          Finding.at(
              CONSUMED,
              topic,
              partition,
              end,
              "the log ends here, but is consumed to " + consumedTo));
    }
    if (waiting > 0) {
      report.waiting(
          "%d records of %s partition %d from offset %d on are not consumed yet"
              .formatted(waiting, topic, partition, consumedTo));
    }
  }

  /** By version: how far it reached. Only for versions whose range was seen whole. */
  SortedMap<Long, Reached> reached() {
    return reached;
  }

  private void move(long offset) {
    current.removeIf(open -> open.range.getTo() <= offset && closed(open));
    while (nextRange < ranges.size() && ranges.get(nextRange).range.getFrom() <= offset) {
      Open open = ranges.get(nextRange++);
      if (open.range.getTo() > offset) {
        current.add(open);
      } else {
        closed(open);
      }
    }
  }

  private boolean closed(Open open) {
    InputRange range = open.range;
    leaveRuns(open, range.getTo());
    if (range.getFrom() < begin) {
      reached.remove(open.version.version());
      report.note(
          "version %d consumed %s partition %d from %d to %d; the log begins at %d, so that is not checked"
              .formatted(
                  open.version.version(), topic, partition, range.getFrom(), range.getTo(), begin));
      return true;
    }
    if (open.trained != range.getTrained()
        || open.skipped != InputRanges.skipped(range)
        || open.nextRun < range.getSkipped().size()) {
      report.wrong(
          Finding.at(
                  CONSUMED,
                  topic,
                  partition,
                  range.getFrom(),
                  "up to offset %d %d records are said to be trained and %d skipped; the log holds %d and %d"
                      .formatted(
                          range.getTo(),
                          range.getTrained(),
                          InputRanges.skipped(range),
                          open.trained,
                          open.skipped))
              .ofVersion(open.version.version()));
    }
    reached.computeIfAbsent(open.version.version(), version -> new Reached());
    return true;
  }

  private void arrived(ConsumerRecord<byte[], byte[]> at, SegmentedTrajectory segments) {
    String id = segments.getTrajectory().getTrajectoryId();
    // A group lies in one partition, where its ids are remembered; others may have the same ones.
    if (!ids.add(segments.getTrajectory().getGroupId() + "\0" + id)) {
      report.wrong(
          Finding.at("duplicates", at, "its trajectory lies in segments before").ofTrajectory(id));
    }
    sources.segmented(at, id, segments.getSourcePartition(), segments.getSourceOffset());
  }

  private void unclaimed(ConsumerRecord<byte[], byte[]> at, SegmentedTrajectory segments) {
    if (at.offset() >= consumedTo) {
      waiting++;
    } else {
      report.wrong(
          finding(CONSUMED, at, segments).apply("lies in no commit record, though later ones do"));
    }
  }

  private void judge(
      Open open, ConsumerRecord<byte[], byte[]> at, SegmentedTrajectory segments, String damage) {
    long version = open.version.version();
    leaveRuns(open, at.offset());
    List<Skipped> runs = open.range.getSkipped();
    boolean skipped =
        open.nextRun < runs.size() && runs.get(open.nextRun).getOffset() <= at.offset();
    String reason = "";
    if (skipped) {
      reason = runs.get(open.nextRun).getReason();
      open.inRun++;
      open.skipped++;
    }
    open.trained += skipped ? 0 : 1;
    if (segments == null) {
      if (!skipped) {
        report.wrong(
            Finding.at(CONSUMED, at, "was trained on, but is damaged: " + damage)
                .ofVersion(version));
      }
      reached.computeIfAbsent(version, number -> new Reached()).passUnplaced();
      return;
    }
    checkStaleness(open, at, segments, skipped, reason);
    // Of records that had been refused, earlier releases did not look at the source.
    boolean always = !skipped || reason.startsWith("stale:") || reason.startsWith("future:");
    if (segments.getSourcePartition() >= 0 && segments.getSourceOffset() >= 0) {
      reached.computeIfAbsent(version, number -> new Reached()).pass(segments, always);
    } else {
      reached.computeIfAbsent(version, number -> new Reached()).passUnplaced();
    }
  }

  /** Runs of skipped records that end before an offset hold as many records as they say. */
  private void leaveRuns(Open open, long offset) {
    List<Skipped> runs = open.range.getSkipped();
    while (open.nextRun < runs.size() && InputRanges.end(runs.get(open.nextRun)) <= offset) {
      Skipped run = runs.get(open.nextRun++);
      if (run.getOffset() >= begin && open.inRun != run.getRecords()) {
        report.wrong(
            Finding.at(
                    CONSUMED,
                    topic,
                    partition,
                    run.getOffset(),
                    "%d records up to offset %d are said to be skipped; the log holds %d"
                        .formatted(run.getRecords(), InputRanges.end(run), open.inRun))
                .ofVersion(open.version.version()));
      }
      open.inRun = 0;
    }
  }

  private void checkStaleness(
      Open open,
      ConsumerRecord<byte[], byte[]> at,
      SegmentedTrajectory segments,
      boolean skipped,
      String reason) {
    List<VersionRun> runs = segments.getTrajectory().getVersions();
    long started = runs.isEmpty() ? -1 : runs.get(0).getVersion();
    long staleness = open.version.version() - 1 - started;
    boolean fresh = started >= 0 && staleness >= 0 && staleness <= open.version.maxStaleness();
    String wrong = null;
    if (!skipped && !fresh) {
      wrong =
          "was trained on %d versions after it was begun (with version %d); at most %d allowed"
              .formatted(staleness, started, open.version.maxStaleness());
    } else if (skipped && fresh && (reason.startsWith("stale") || reason.startsWith("future"))) {
      wrong = "was skipped as \"%s\", but was begun with version %d".formatted(reason, started);
    }
    if (wrong != null) {
      report.wrong(finding(STALENESS, at, segments).apply(wrong).ofVersion(open.version.version()));
    }
  }

  private static Function<String, Finding> finding(
      String check, ConsumerRecord<byte[], byte[]> at, SegmentedTrajectory segments) {
    return message -> {
      Finding finding = Finding.at(check, at, message);
      return segments == null
          ? finding
          : finding.ofTrajectory(segments.getTrajectory().getTrajectoryId());
    };
  }
}
