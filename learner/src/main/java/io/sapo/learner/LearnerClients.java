package io.sapo.learner;

import io.sapo.schemas.CommittedReaders;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** The Kafka clients of a learner, with the settings its guarantees rest on. */
public final class LearnerClients {

  private static final int TRANSACTION_TIMEOUT_MS = 15 * 60 * 1000;

  private final Map<String, Object> base;

  /**
   * @param base {@code bootstrap.servers} and whatever else every client needs
   */
  public LearnerClients(Map<String, Object> base) {
    this.base = base;
  }

  /** See {@link CommittedReaders#following}. */
  public Consumer<byte[], byte[]> committedReader(String name) {
    return CommittedReaders.following(base, name);
  }

  /** See {@link CommittedReaders#followingWhatIsLeft}. */
  Consumer<byte[], byte[]> follower(String name) {
    return CommittedReaders.followingWhatIsLeft(base, name);
  }

  /** See {@link CommittedReaders#ofRanges}. */
  public Consumer<byte[], byte[]> rangeReader(String name) {
    return CommittedReaders.ofRanges(base, name);
  }

  /**
   * One transaction at a time; an open one outlives its learner until the next fences it, hence the
   * long time-out, which brokers allow unless told otherwise. Where theirs is shorter, the client
   * properties have to say so.
   */
  public Producer<byte[], byte[]> transactional(String transactionalId) {
    return ProducerClients.create(
        base,
        Map.of(
            CommonClientConfigs.CLIENT_ID_CONFIG,
            transactionalId,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            transactionalId,
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
            base.getOrDefault(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS),
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            Topics.MAX_RECORD_BYTES,
            ProducerConfig.BATCH_SIZE_CONFIG,
            1 << 20));
  }

  public Admin admin() {
    return Admin.create(base);
  }

  /**
   * The offsets committed for a group, by partition of the topic.
   *
   * @throws KafkaException when the brokers do not answer
   */
  SortedMap<Integer, Long> positions(String group, String topic) {
    return ask(
        admin -> {
          SortedMap<Integer, Long> positions = new TreeMap<>();
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .get()
              .forEach(
                  (partition, position) -> {
                    if (position != null && partition.topic().equals(topic)) {
                      positions.put(partition.partition(), position.offset());
                    }
                  });
          return positions;
        });
  }

  /**
   * One past the newest record of each partition of a topic.
   *
   * @throws KafkaException when the brokers do not answer, or there is no such topic
   */
  SortedMap<Integer, Long> ends(String topic) {
    return ask(
        admin -> {
          Map<TopicPartition, OffsetSpec> newest = new HashMap<>();
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get()
              .get(topic)
              .partitions()
              .forEach(
                  one ->
                      newest.put(new TopicPartition(topic, one.partition()), OffsetSpec.latest()));
          SortedMap<Integer, Long> ends = new TreeMap<>();
          admin
              .listOffsets(newest)
              .all()
              .get()
              .forEach((at, found) -> ends.put(at.partition(), found.offset()));
          return ends;
        });
  }

  private interface Question {
    SortedMap<Integer, Long> ask(Admin admin) throws ExecutionException, InterruptedException;
  }

  private SortedMap<Integer, Long> ask(Question question) {
    try (Admin admin = Admin.create(base)) {
      return question.ask(admin);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
