package io.sapo.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** How many partitions topics have, and more of them. */
public final class PartitionCounts {
  private static final long VISIBLE_WITHIN_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long ASK_AGAIN_MS = 100;

  private PartitionCounts() {}

  /** Empty where there is no such topic. */
  public static Optional<Integer> of(Admin admin, String topic)
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

  /**
   * Gives topics that have fewer partitions as many as are wanted, and waits for the brokers to
   * know of them. What does not exist is left out.
   *
   * @return the topics that had fewer
   */
  public static List<String> raise(Admin admin, Collection<String> topics, int wanted)
      throws ExecutionException, InterruptedException {
    List<String> raised = new ArrayList<>();
    for (String topic : topics) {
      if (of(admin, topic).orElse(wanted) < wanted) {
        raise(admin, topic, wanted);
        raised.add(topic);
      }
    }
    awaitVisible(admin, raised, wanted);
    return raised;
  }

  private static void raise(Admin admin, String topic, int wanted)
      throws ExecutionException, InterruptedException {
    try {
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(wanted))).all().get();
    } catch (ExecutionException e) {
      // Another instance may have done it meanwhile.
      if (!(e.getCause() instanceof InvalidPartitionsException)) {
        throw e;
      }
    }
  }

  /** Brokers know of a partition a little later than the controller that has created it. */
  public static void awaitVisible(Admin admin, Collection<String> topics, int wanted)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + VISIBLE_WITHIN_NANOS;
    for (String topic : topics) {
      while (of(admin, topic).orElse(0) < wanted && System.nanoTime() - deadline < 0) {
        Thread.sleep(ASK_AGAIN_MS);
      }
    }
  }
}
