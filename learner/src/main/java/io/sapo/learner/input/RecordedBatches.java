package io.sapo.learner.input;

import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.WeightVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * The batches of committed versions, read again as their commit records say: records trained on
 * then are taken, records skipped then are skipped.
 */
public final class RecordedBatches {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final Admission admission;
  private final UnaryOperator<byte[]> rewrite;

  /**
   * @param consumer read-committed; used by this object alone, closed by the caller
   */
  public RecordedBatches(Consumer<byte[], byte[]> consumer, String topic, Admission admission) {
    this(consumer, topic, admission, UnaryOperator.identity());
  }

  /**
   * For what-if runs.
   *
   * @param rewrite applied to each record that was trained on, before admission
   */
  public RecordedBatches(
      Consumer<byte[], byte[]> consumer,
      String topic,
      Admission admission,
      UnaryOperator<byte[]> rewrite) {
    this.consumer = consumer;
    this.topic = topic;
    this.admission = admission;
    this.rewrite = rewrite;
  }

  /**
   * @throws IllegalStateException naming the position where the log is not as it was committed
   */
  public Batch read(WeightVersion version) {
    List<TrainingExample> examples = new ArrayList<>();
    for (InputRange range : version.getInputs()) {
      List<Long> damaged = new ArrayList<>();
      List<TrainingExample> found = read(range, damaged);
      if (found.size() != range.getTrained()) {
        throw differs(version, range, found.size(), damaged);
      }
      examples.addAll(found);
    }
    examples.sort(Comparator.comparing(example -> example.origin().position()));
    SortedMap<Integer, Long> sources = new TreeMap<>();
    version
        .getTrajectoryPositions()
        .forEach((partition, next) -> sources.put(Integer.valueOf(partition), next));
    return new Batch(examples, version.getInputs(), sources);
  }

  private IllegalStateException differs(
      WeightVersion version, InputRange range, int found, List<Long> damaged) {
    String text =
        "version %d trained on %d records of %s partition %d from %d to %d, but the log holds %d"
            .formatted(
                version.getVersion(),
                range.getTrained(),
                topic,
                range.getPartition(),
                range.getFrom(),
                range.getTo(),
                found);
    return new IllegalStateException(
        damaged.isEmpty()
            ? text
            : "%s; offset %d is damaged: restore the topic from another replica or a backup, or the data folder with a later checkpoint"
                .formatted(text, damaged.get(0)));
  }

  /**
   * @param damaged takes the offsets of records that cannot be read and were not skipped
   */
  private List<TrainingExample> read(InputRange range, List<Long> damaged) {
    List<TrainingExample> examples = new ArrayList<>();
    TopicPartition partition = new TopicPartition(topic, range.getPartition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, InputRanges.firstNotSkipped(range));
    while (consumer.position(partition) < range.getTo()) {
      ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
      if (polled.isEmpty() && consumer.position(partition) >= endOf(partition)) {
        break; // What is missing is counted.
      }
      for (ConsumerRecord<byte[], byte[]> record : polled) {
        if (record.offset() >= range.getTo()
            || InputRanges.skipOf(range, record.offset()).isPresent()) {
          continue;
        }
        if (DamagedRecords.why(record.headers()).isPresent()) {
          damaged.add(record.offset());
        } else {
          examples.add(admitted(record));
        }
      }
    }
    return examples;
  }

  private long endOf(TopicPartition partition) {
    return consumer.endOffsets(List.of(partition)).get(partition);
  }

  private TrainingExample admitted(ConsumerRecord<byte[], byte[]> record) {
    Position position = new Position(record.partition(), record.offset());
    InputRecord again = admission.admit(position, rewrite.apply(record.value()));
    if (again.refusal() != null) {
      throw new IllegalStateException(
          position + " was trained on, but is refused now: " + again.refusal());
    }
    return again.example();
  }
}
