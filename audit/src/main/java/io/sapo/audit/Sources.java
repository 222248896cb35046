package io.sapo.audit;

import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Trajectory;
import java.util.BitSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What became of each record of the trajectories topic: segments or a dead letter, exactly once.
 * Two bits a record.
 */
final class Sources {
  private static final String FATE = "trajectories";

  /**
   * A partition of the trajectories topic.
   *
   * @param begin first offset still on the log
   * @param end one past the last when the audit began
   * @param segmented the segmenter's committed position
   * @param told first offset of which all segments are still on the log: those of records before it
   *     may have expired
   */
  record Extent(long begin, long end, long segmented, long told) {}

  private static final class Fate {
    final Extent extent;
    final BitSet segments = new BitSet();
    final BitSet deadLetters = new BitSet();
    long inFlight;
    long grouped;
    long held;
    long untold;

    Fate(Extent extent) {
      this.extent = extent;
    }
  }

  private final AuditReport report;
  private final String topic;
  private final RecordCodec<Trajectory> codec = RecordCodec.of(Trajectory.class);
  private final SortedMap<Integer, Fate> fates = new TreeMap<>();
  private long unreadable;
  private long excused;

  Sources(AuditReport report, String topic, SortedMap<Integer, Extent> extents) {
    this.report = report;
    this.topic = topic;
    extents.forEach((partition, extent) -> fates.put(partition, new Fate(extent)));
  }

  /** A record of the segments topic cannot be read, so that it does not say where it comes from. */
  void unreadable() {
    unreadable++;
  }

  /** A record of the segments topic says where it comes from. */
  void segmented(ConsumerRecord<byte[], byte[]> at, String id, int partition, long offset) {
    String already = taken(partition, offset);
    if (already != null) {
      report.wrong(
          Finding.at(
                  FATE,
                  at,
                  "comes from partition %d offset %d, which %s"
                      .formatted(partition, offset, already))
              .ofTrajectory(id));
    } else if (retained(partition, offset)) {
      set(fates.get(partition).segments, partition, offset);
    }
  }

  /** A dead letter says where it comes from. */
  void refused(ConsumerRecord<byte[], byte[]> at, int partition, long offset) {
    String already = taken(partition, offset);
    if (already != null) {
      report.wrong(
          Finding.at(
              FATE,
              at,
              "is the dead letter of partition %d offset %d, which %s"
                  .formatted(partition, offset, already)));
    } else if (retained(partition, offset)) {
      set(fates.get(partition).deadLetters, partition, offset);
    }
  }

  /**
   * A record of the trajectories topic; after all segments and dead letters.
   *
   * @param openGroups groups that wait for more rollouts
   * @param held trajectories that wait for judges, by group and id with a NUL between
   */
  void accept(ConsumerRecord<byte[], byte[]> at, Set<String> openGroups, Set<String> held) {
    report.count("trajectories", 1);
    Fate fate = fates.get(at.partition());
    int bit = (int) (at.offset() - fate.extent.begin());
    if (fate.segments.get(bit) || fate.deadLetters.get(bit)) {
      return;
    }
    if (at.offset() >= fate.extent.segmented()) {
      fate.inFlight++;
      return;
    }
    String id = "";
    try {
      Trajectory trajectory = codec.decode(at.value());
      id = trajectory.getTrajectoryId();
      if (held.contains(trajectory.getGroupId() + "\0" + id)) {
        fate.held++;
        return;
      }
      if (openGroups.contains(trajectory.getGroupId())) {
        fate.grouped++;
        return;
      }
    } catch (RecordFormatException e) {
      id = "";
    }
    if (at.offset() < fate.extent.told()) {
      fate.untold++;
      return;
    }
    if (excused < unreadable) {
      excused++;
      return;
    }
    Finding lost =
        Finding.at(
            FATE,
            at,
            "is lost: neither segments nor a dead letter comes from it, but the segmenter has"
                + " passed it (position %d)".formatted(fate.extent.segmented()));
    report.wrong(id.isEmpty() ? lost : lost.ofTrajectory(id));
  }

  void finish() {
    if (unreadable > 0) {
      report.note(
          "%d records of segments are damaged and cannot be read; for %d of the trajectories passed there is nothing else, and these are taken for theirs"
              .formatted(unreadable, excused));
    }
    fates.forEach(
        (partition, fate) -> {
          if (fate.untold > 0) {
            report.note(
                "%d records of %s partition %d have outlived their segments: what became of them cannot be told"
                    .formatted(fate.untold, topic, partition));
          }
          if (fate.inFlight > 0) {
            report.waiting(
                "%d records of %s partition %d from offset %d on are not segmented yet"
                    .formatted(fate.inFlight, topic, partition, fate.extent.segmented()));
          }
          if (fate.held > 0) {
            report.waiting(
                "%d records of %s partition %d wait for judges"
                    .formatted(fate.held, topic, partition));
          }
          if (fate.grouped > 0) {
            report.waiting(
                "%d records of %s partition %d wait for the rest of their groups"
                    .formatted(fate.grouped, topic, partition));
          }
        });
  }

  /** Null when the position is free to take. */
  private String taken(int partition, long offset) {
    Fate fate = fates.get(partition);
    if (fate == null || offset < 0) {
      return "there is not";
    }
    if (offset < fate.extent.begin()) {
      return null;
    }
    if (offset >= fate.extent.end()) {
      return "does not exist: the log ends at " + fate.extent.end();
    }
    int bit = (int) (offset - fate.extent.begin());
    if (fate.segments.get(bit)) {
      return "became segments before";
    }
    return fate.deadLetters.get(bit) ? "became a dead letter before" : null;
  }

  private boolean retained(int partition, long offset) {
    return offset >= fates.get(partition).extent.begin();
  }

  private void set(BitSet bits, int partition, long offset) {
    bits.set((int) (offset - fates.get(partition).extent.begin()));
  }
}
