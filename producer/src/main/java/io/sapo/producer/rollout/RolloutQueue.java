package io.sapo.producer.rollout;

import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.schemas.Task;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rollouts to start, in order: group after group, each of one task. Tasks that cannot be read
 * or prompted go to the dead letters; those that the curriculum passes over are done with. For the
 * rollout thread only.
 */
final class RolloutQueue {
  private static final Logger log = LoggerFactory.getLogger(RolloutQueue.class);

  /** A source of a fixed set of tasks that gives nothing else is misconfigured, not unlucky. */
  private static final int MOST_REFUSED_IN_A_ROW = 100;

  private final TaskSource source;
  private final Curriculum curriculum;
  private final PromptBuilder prompts;
  private final TrajectoryPublisher publisher;
  private final RolloutMetrics metrics;
  private final String groupPrefix;
  private final int groupSize;
  private final long seed;
  private RolloutGroup group;
  private long groups;
  private int refusedInARow;

  /**
   * @param groupPrefix no two runs of a producer share it; group ids start with it where the source
   *     does not know better
   */
  RolloutQueue(
      TaskSource source,
      Curriculum curriculum,
      PromptBuilder prompts,
      TrajectoryPublisher publisher,
      RolloutMetrics metrics,
      String groupPrefix,
      int groupSize,
      long seed) {
    this.source = source;
    this.curriculum = curriculum;
    this.prompts = prompts;
    this.publisher = publisher;
    this.metrics = metrics;
    this.groupPrefix = groupPrefix;
    this.groupSize = groupSize;
    this.seed = seed;
  }

  /**
   * The next rollout; empty when the source has no task, for the moment or at its end.
   *
   * @throws TaskFormatException when the source as a whole is at fault
   */
  Optional<Rollout> next(long nowMs) {
    if (group == null || !group.hasNext()) {
      group = nextGroup();
    }
    return Optional.ofNullable(group).map(open -> open.next(seed, nowMs));
  }

  /** Whether the next rollout belongs to a group of which others have been started. */
  boolean withinGroup() {
    return group != null && group.hasNext() && group.begun();
  }

  /** Whether an empty {@link #next} was the last word. */
  boolean finite() {
    return !source.live();
  }

  /** Tells the source that a group is in the log. */
  void finished(Task task) {
    source.finished(task);
  }

  private RolloutGroup nextGroup() {
    while (true) {
      Task task = null;
      try {
        task = source.next().orElse(null);
        if (task == null) {
          return null;
        }
        if (curriculum.passesOver(task.getTaskId())) {
          source.finished(task);
          metrics.passedOverTask();
          continue;
        }
        TokenSequence prompt = prompts.build(task);
        refusedInARow = 0;
        String id = source.groupId(task).orElseGet(() -> groupPrefix + groups++);
        Task asked = task;
        return new RolloutGroup(id, task, prompt, () -> prompts.chat(asked), groupSize);
      } catch (TaskFormatException e) {
        publisher.refuse(e.refused().orElseThrow(() -> e), e.getMessage());
        noteRefusal(e);
      } catch (PromptRefusedException e) {
        publisher.refuse(task, e);
        source.finished(task);
        noteRefusal(e);
      }
    }
  }

  private void noteRefusal(Exception why) {
    log.warn("task refused: {}", why.getMessage());
    metrics.refusedTask();
    if (++refusedInARow >= MOST_REFUSED_IN_A_ROW && finite()) {
      throw new TaskFormatException(
          "%d tasks of %s in a row were refused, the last because %s"
              .formatted(refusedInARow, source.name(), why.getMessage()),
          why);
    }
  }
}
