package io.sapo.standalone.inspect;

import io.sapo.schemas.Credit;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.kafka.TopicScan;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Follows a trajectory through the topics: segments, dead letters, versions, credits. */
public final class TrajectoryFinder {
  private final TopicScan scan;
  private final Topics topics;

  /** What has been found so far. */
  private static final class Search {
    private Trajectory trajectory;
    private SegmentedTrajectory segmented;
    private ConsumerRecord<byte[], byte[]> at;
    private String fate;
    private Credit credit;
  }

  public TrajectoryFinder(TopicScan scan, Topics topics) {
    this.scan = scan;
    this.topics = topics;
  }

  /** Empty when no topic knows the id. */
  public Optional<TrajectoryFate> find(String id) {
    Search search = new Search();
    findSegmented(id::equals, true, search);
    if (search.segmented == null) {
      findDeadLetter(id, search);
      if (search.trajectory == null) {
        findWaiting(id, search);
      }
    }
    return fate(search);
  }

  /** The one segmented last; empty when there is none. */
  public Optional<TrajectoryFate> newest() {
    Search search = new Search();
    findSegmented(any -> true, false, search);
    return fate(search);
  }

  private Optional<TrajectoryFate> fate(Search search) {
    if (search.segmented != null) {
      findVersion(search);
      findCredit(search);
    }
    return search.trajectory == null
        ? Optional.empty()
        : Optional.of(
            new TrajectoryFate(
                search.trajectory,
                search.fate,
                Optional.ofNullable(search.segmented),
                Optional.ofNullable(search.credit)));
  }

  private void findSegmented(Predicate<String> wanted, boolean first, Search search) {
    scan.read(
        topics.segments().name(),
        record -> {
          Optional<SegmentedTrajectory> decoded = decode(topics.segments(), record);
          if (decoded.isEmpty() || !wanted.test(decoded.get().getTrajectory().getTrajectoryId())) {
            return false;
          }
          search.segmented = decoded.get();
          search.trajectory = decoded.get().getTrajectory();
          search.at = record;
          return first;
        });
  }

  private void findVersion(Search search) {
    search.fate = "waiting for the learner, " + place(search.at);
    scan.read(
        topics.weights().name(),
        record -> {
          Optional<String> fate = decode(topics.weights(), record).flatMap(v -> fate(v, search.at));
          fate.ifPresent(found -> search.fate = found + ", " + place(search.at));
          return fate.isPresent();
        });
  }

  private static Optional<String> fate(WeightVersion version, ConsumerRecord<byte[], byte[]> at) {
    for (InputRange range : version.getInputs()) {
      boolean holds =
          range.getPartition() == at.partition()
              && range.getFrom() <= at.offset()
              && at.offset() < range.getTo();
      if (holds) {
        return Optional.of(
            InputRanges.skipOf(range, at.offset())
                .map(
                    run ->
                        "skipped by version %d: %s"
                            .formatted(version.getVersion(), run.getReason()))
                .orElse("trained by version " + version.getVersion()));
      }
    }
    return Optional.empty();
  }

  private void findCredit(Search search) {
    scan.read(
        topics.credits().name(),
        record -> {
          if (Topic.keyText(record.key()).equals(search.trajectory.getTrajectoryId())) {
            search.credit = decode(topics.credits(), record).orElse(null);
          }
          return search.credit != null;
        });
  }

  private void findDeadLetter(String id, Search search) {
    scan.read(
        topics.deadLetters(),
        record -> {
          Optional<String> source = DeadLetters.header(record.headers(), DeadLetters.SOURCE_TOPIC);
          if (source.equals(Optional.of(topics.trajectories().name()))) {
            takeIfNamed(id, record, search);
          }
          if (search.trajectory == null) {
            return false;
          }
          search.fate =
              "refused, "
                  + DeadLetters.header(record.headers(), DeadLetters.REASON).orElse("no reason")
                  + ": "
                  + DeadLetters.header(record.headers(), DeadLetters.DETAIL).orElse("");
          return true;
        });
  }

  private void findWaiting(String id, Search search) {
    scan.read(
        topics.trajectories().name(),
        record -> {
          takeIfNamed(id, record, search);
          search.fate = "waiting for the segmenter, " + place(record);
          return search.trajectory != null;
        });
  }

  private void takeIfNamed(String id, ConsumerRecord<byte[], byte[]> record, Search search) {
    decode(topics.trajectories(), record)
        .filter(trajectory -> trajectory.getTrajectoryId().equals(id))
        .ifPresent(trajectory -> search.trajectory = trajectory);
  }

  /** Records that nobody can read are not the one that is looked for. */
  private static <T extends SpecificRecordBase> Optional<T> decode(
      Topic<T> topic, ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.of(topic.codec().decode(record.value()));
    } catch (RecordFormatException e) {
      return Optional.empty();
    }
  }

  private static String place(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + " partition " + record.partition() + " offset " + record.offset();
  }
}
