package io.sapo.audit;

import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.Topics;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Which trajectories' segments may have expired. Brokers delete both by age, though in files of the
 * same size, of which the one partition of segments fills more.
 */
final class ExpiredSegments {
  private ExpiredSegments() {}

  /**
   * @return by partition of trajectories: the offset before which segments of a trajectory may be
   *     gone
   */
  static SortedMap<Integer, Long> reach(
      CommittedLog log, Topics topics, List<CommittedVersion> versions) {
    SortedMap<Integer, Long> reach = new TreeMap<>();
    for (TopicPartition at : log.partitions(topics.segments().name())) {
      long begin = log.begin(at);
      long consumed = 0;
      for (CommittedVersion version : versions) {
        for (InputRange range : version.record().getInputs()) {
          if (range.getPartition() == at.partition()) {
            consumed = Math.max(consumed, range.getTo());
            if (range.getFrom() < begin) {
              version
                  .record()
                  .getTrajectoryPositions()
                  .forEach(
                      (partition, next) ->
                          reach.merge(Integer.valueOf(partition), next, Math::max));
            }
          }
        }
      }
      if (begin > consumed) {
        log.partitions(topics.trajectories().name())
            .forEach(trajectories -> reach.put(trajectories.partition(), Long.MAX_VALUE));
      }
    }
    return reach;
  }
}
