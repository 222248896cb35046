package io.sapo.producer.rollout;

import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.producer.task.RefusedTask;
import io.sapo.schemas.DeadLetters;
import io.sapo.schemas.Task;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes a rollout worker's trajectories, and dead letters of its tasks, and knows the offsets of
 * those in the log. Publishing is for one thread; the counts are safe to read from any.
 */
final class TrajectoryPublisher implements AutoCloseable {
  private final Topics topics;
  private final TrajectorySender sender;
  private final AtomicInteger unacknowledged = new AtomicInteger();
  private final Map<Integer, NavigableSet<Long>> published = new ConcurrentHashMap<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  TrajectoryPublisher(Map<String, Object> clientConfig, Topics topics) {
    this.topics = topics;
    this.sender = new TrajectorySender(clientConfig, topics);
  }

  /**
   * Sends a trajectory. One too large for the topic becomes a dead letter, which counts as
   * published.
   *
   * @param onPublished called once it is in the log; on the Kafka client's thread, mostly
   */
  void publish(Trajectory trajectory, Runnable onPublished) {
    unacknowledged.incrementAndGet();
    sender.send(
        trajectory,
        (metadata, problem) -> {
          if (problem == null) {
            if (metadata.topic().equals(topics.trajectories().name())) {
              note(metadata);
            }
            onPublished.run();
          } else {
            failure.complete(problem);
          }
          unacknowledged.decrementAndGet();
        });
  }

  /** No partition is ever seen without an offset. */
  private void note(RecordMetadata metadata) {
    published.compute(
        metadata.partition(),
        (partition, before) -> {
          NavigableSet<Long> offsets = before == null ? new ConcurrentSkipListSet<>() : before;
          offsets.add(metadata.offset());
          return offsets;
        });
  }

  /** Sends an unreadable task to the dead letters as it was found. */
  void refuse(RefusedTask task, String detail) {
    refuse(
        DeadLetters.Kept.of(task.key(), task.value(), detail),
        "unreadable-task",
        task.source(),
        task.partition(),
        task.offset());
  }

  /** Sends a task that cannot be prompted to the dead letters. */
  void refuse(Task task, PromptRefusedException why) {
    refuse(task, why.reason().label(), why.getMessage());
  }

  /** Sends a task to the dead letters. */
  void refuse(Task task, String reason, String detail) {
    byte[] key = Topic.keyBytes(task.getTaskId());
    byte[] value = topics.tasks().codec().encode(task);
    refuse(DeadLetters.Kept.of(key, value, detail), reason, task.getSource(), -1, -1);
  }

  private void refuse(
      DeadLetters.Kept kept, String reason, String source, int partition, long offset) {
    sender.refuse(
        kept,
        reason,
        source,
        partition,
        offset,
        (metadata, problem) -> {
          if (problem != null) {
            failure.complete(problem);
          }
        });
  }

  /** Trajectories sent whose place in the log is not known yet. */
  int unacknowledged() {
    return unacknowledged.get();
  }

  /**
   * Offsets written, by partition of the trajectories topic: live, and without those that were
   * {@linkplain #forget forgotten}.
   */
  Map<Integer, NavigableSet<Long>> published() {
    return published;
  }

  /**
   * Forgets offsets that have been consumed, but for those that wait in the learner's batch; the
   * highest of each partition stays.
   */
  void forget(Consumed consumed) {
    published.forEach(
        (partition, offsets) -> {
          NavigableSet<Long> waiting = consumed.inBatch(partition);
          long next = Math.min(consumed.next(partition), offsets.last());
          offsets.headSet(next, false).removeIf(offset -> !waiting.contains(offset));
        });
  }

  /** Completes with the cause when a record was not and will not be written. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  @Override
  public void close() {
    sender.close();
  }
}
