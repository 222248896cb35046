package io.sapo.producer.task;

import io.sapo.schemas.RestartException;
import io.sapo.schemas.SkippingConsumer;
import io.sapo.schemas.Task;
import io.sapo.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic {@code tasks}: gives a source for each of its partitions, and for those that are added
 * later. For one thread.
 */
public final class TasksTopic implements Supplier<List<TopicTaskSource>> {
  private static final Logger LOG = LoggerFactory.getLogger(TasksTopic.class);
  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
  private static final Duration LOOK_WITHIN = Duration.ofSeconds(5);

  private final Map<String, Object> clientConfig;
  private final Topic<Task> topic;
  private final String group;
  private final LongSupplier nanoTime;
  private String id = "";
  private int partitions;
  private long lookedAt;

  /**
   * @param clientConfig at least {@code bootstrap.servers}
   * @param group by which producers of earlier releases shared the tasks: what they have done is
   *     left out
   * @param nanoTime running time of this process
   */
  public TasksTopic(
      Map<String, Object> clientConfig, Topic<Task> topic, String group, LongSupplier nanoTime) {
    this.clientConfig = clientConfig;
    this.topic = topic;
    this.group = group;
    this.nanoTime = nanoTime;
  }

  /**
   * Sources of the partitions that it has not given one for. Looks at most once a minute; waits for
   * an absent broker the first time.
   *
   * @throws RestartException when the topic was made anew meanwhile
   */
  @Override
  public List<TopicTaskSource> get() {
    long now = nanoTime.getAsLong();
    boolean first = id.isEmpty();
    if (!first && now - lookedAt < LOOK_EVERY.toNanos()) {
      return List.of();
    }
    lookedAt = now;
    TopicDescription found;
    try {
      found = describe(first ? Integer.MAX_VALUE : (int) LOOK_WITHIN.toMillis());
    } catch (KafkaException e) {
      if (first) {
        throw e;
      }
      LOG.debug("{} is looked at later: {}", topic.name(), e.getMessage());
      return List.of();
    }
    String foundId = found.topicId().toString();
    if (!first && !foundId.equals(id)) {
      throw new RestartException(
          "topic " + topic.name() + " was deleted and made anew: its tasks are others");
    }
    id = foundId;
    List<TopicTaskSource> added = new ArrayList<>();
    for (; partitions < found.partitions().size(); partitions++) {
      added.add(
          new TopicTaskSource(
              topic,
              id,
              new TopicPartition(topic.name(), partitions),
              new SkippingConsumer(consumerConfig(), SkippingConsumer.Damaged.SHOWN)));
    }
    return added;
  }

  private TopicDescription describe(int withinMs) {
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, withinMs);
    config.put(
        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
        Math.min(withinMs, (int) LOOK_WITHIN.toMillis()));
    try (Admin admin = Admin.create(config)) {
      return admin.describeTopics(List.of(topic.name())).allTopicNames().get().get(topic.name());
    } catch (ExecutionException e) {
      throw new KafkaException(
          "topic %s cannot be looked at: %s".formatted(topic.name(), e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private Map<String, Object> consumerConfig() {
    Map<String, Object> config = new HashMap<>(clientConfig);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // An absent broker is waited for, whatever asks: its time-out would end the producer.
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 32);
    return config;
  }
}
