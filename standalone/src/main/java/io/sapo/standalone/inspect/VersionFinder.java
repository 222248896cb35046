package io.sapo.standalone.inspect;

import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Follows a version back to the trajectories it was made from. */
public final class VersionFinder {
  private final CommittedLog log;
  private final Topics topics;

  public VersionFinder(CommittedLog log, Topics topics) {
    this.log = log;
    this.topics = topics;
  }

  /** Empty when the version is not committed. What retention has deleted is not listed. */
  public Optional<VersionReport> find(long number) {
    return record(number)
        .map(
            version -> {
              List<VersionReport.Input> inputs = new ArrayList<>();
              version.getInputs().forEach(range -> read(version, range, inputs));
              return VersionReport.of(version, inputs);
            });
  }

  private Optional<WeightVersion> record(long number) {
    List<WeightVersion> found = new ArrayList<>();
    for (TopicPartition partition : log.partitions(topics.weights().name())) {
      log.read(
          partition,
          log.begin(partition),
          log.end(partition),
          record -> {
            WeightVersion version = topics.weights().codec().decode(record.value());
            if (version.getVersion() == number) {
              found.add(version);
            }
          });
    }
    return found.stream().findFirst();
  }

  private void read(WeightVersion version, InputRange range, List<VersionReport.Input> inputs) {
    TopicPartition partition = new TopicPartition(topics.segments().name(), range.getPartition());
    log.read(
        partition,
        Math.max(range.getFrom(), log.begin(partition)),
        range.getTo(),
        record ->
            inputs.add(
                input(
                    version,
                    record,
                    InputRanges.skipOf(range, record.offset())
                        .map(Skipped::getReason)
                        .orElse(null))));
  }

  private VersionReport.Input input(
      WeightVersion version, ConsumerRecord<byte[], byte[]> record, String skipped) {
    try {
      SegmentedTrajectory segmented = topics.segments().codec().decode(record.value());
      Trajectory trajectory = segmented.getTrajectory();
      return new VersionReport.Input(
          record.partition(),
          record.offset(),
          trajectory.getTrajectoryId(),
          PackedArrays.count(trajectory.getResponseTokens(), Integer.BYTES),
          PackedArrays.count(segmented.getSegmentEnds(), Integer.BYTES),
          version.getParent() - trajectory.getVersions().get(0).getVersion(),
          segmented.getOutcomeReward(),
          segmented.getCorrect(),
          skipped);
    } catch (RecordFormatException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return new VersionReport.Input(
          record.partition(), record.offset(), null, 0, 0, 0, 0, false, skipped);
    }
  }
}
