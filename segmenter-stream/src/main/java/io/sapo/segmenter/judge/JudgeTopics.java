package io.sapo.segmenter.judge;

import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics between the stream and its judges, partitioned as trajectories are. */
public final class JudgeTopics {
  private static final long VISIBLE_WITHIN_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long ASK_AGAIN_MS = 100;

  private JudgeTopics() {}

  /** Whether the run has, or has had, judges: then trajectories may still wait for them. */
  public static boolean exist(Admin admin, Topics topics)
      throws ExecutionException, InterruptedException {
    return partitions(admin, topics.verdicts().name()).isPresent();
  }

  /**
   * Creates what is missing. Does nothing before there are trajectories; the stream then says so.
   *
   * @param judges names
   */
  public static void create(Admin admin, Topics topics, List<String> judges)
      throws ExecutionException, InterruptedException {
    Optional<Integer> wanted = partitions(admin, topics.trajectories().name());
    if (wanted.isEmpty()) {
      return;
    }
    List<Topic<?>> all = new ArrayList<>();
    all.add(topics.verdicts());
    judges.forEach(judge -> all.add(topics.judgeRequests(judge)));
    for (Topic<?> topic : all) {
      NewTopic made =
          new NewTopic(topic.name(), Optional.of(wanted.get()), Optional.empty())
              .configs(topic.config());
      settle(admin.createTopics(List.of(made)).all(), TopicExistsException.class);
      if (partitions(admin, topic.name()).orElse(wanted.get()) < wanted.get()) {
        // Another instance may have done it meanwhile.
        settle(
            admin
                .createPartitions(Map.of(topic.name(), NewPartitions.increaseTo(wanted.get())))
                .all(),
            InvalidPartitionsException.class);
      }
    }
    long deadline = System.nanoTime() + VISIBLE_WITHIN_NANOS;
    // Brokers know of a topic a little later than the controller that has created it.
    for (Topic<?> topic : all) {
      while (partitions(admin, topic.name()).orElse(0) < wanted.get()
          && System.nanoTime() - deadline < 0) {
        Thread.sleep(ASK_AGAIN_MS);
      }
    }
  }

  private static void settle(KafkaFuture<Void> done, Class<? extends Exception> harmless)
      throws ExecutionException, InterruptedException {
    try {
      done.get();
    } catch (ExecutionException e) {
      if (!harmless.isInstance(e.getCause())) {
        throw e;
      }
    }
  }

  private static Optional<Integer> partitions(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    try {
      TopicDescription found =
          admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
      return Optional.of(found.partitions().size());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
