package io.sapo.learner.replay;

import io.sapo.learner.commit.CommittedVersions;
import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.WeightFormatException;
import io.sapo.weights.NativeWeights;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The actor's tensors of any version that retention has left, read from the topic. */
public final class PublishedActor {

  private static final Duration POLL = Duration.ofMillis(200);

  private final CommittedVersions committed;
  private final Consumer<byte[], byte[]> consumer;
  private final Topics topics;

  /**
   * @param consumer read-committed; stays the caller's
   */
  public PublishedActor(
      CommittedVersions committed, Consumer<byte[], byte[]> consumer, Topics topics) {
    this.committed = committed;
    this.consumer = consumer;
    this.topics = topics;
  }

  /**
   * The caller closes them.
   *
   * @throws WeightFormatException when they have expired or are corrupt
   */
  PublishedWeights weights(WeightVersion version) {
    PublishedWeights weights = NativeWeights.of(version.getElementType());
    try {
      for (long number = version.getAnchorVersion(); number <= version.getVersion(); number++) {
        WeightVersion step = committed.get(number);
        weights.apply(
            number, step.getParent(), step.getAnchor(), step.getChunkCount(), new Chunks(step));
      }
      return weights;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private final class Chunks implements Iterator<WeightChunk> {
    private final TopicPartition partition = new TopicPartition(topics.weightChunks().name(), 0);
    private final Deque<ConsumerRecord<byte[], byte[]>> ready = new ArrayDeque<>();
    private final long end;

    Chunks(WeightVersion version) {
      consumer.assign(List.of(partition));
      long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
      end = consumer.endOffsets(List.of(partition)).get(partition);
      if (version.getFirstChunkOffset() < begin) {
        throw new WeightFormatException(
            "the chunks of version %d are gone: the log begins at offset %d"
                .formatted(version.getVersion(), begin));
      }
      consumer.seek(partition, version.getFirstChunkOffset());
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          ready.add(record);
        }
      }
      return !ready.isEmpty();
    }

    @Override
    public WeightChunk next() {
      if (!hasNext()) {
        throw new WeightFormatException("the log ends in the middle of a version");
      }
      try {
        ConsumerRecord<byte[], byte[]> record = ready.remove();
        DamagedRecords.check(record.headers());
        return topics.weightChunks().codec().decode(record.value());
      } catch (RecordFormatException e) {
        throw new WeightFormatException(e.getMessage());
      }
    }
  }
}
