package io.sapo.standalone.run;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.schemas.Task;
import java.util.Optional;

/**
 * The prompts of a source's first tasks, made as a run would make them: in its order, by the
 * checkpoint's template, with its pictures and within its lengths. What is refused here would be a
 * dead letter there.
 *
 * @param tried tasks looked at
 * @param refused of them
 * @param first of those that can be read
 * @param refusal of the first that was refused
 */
public record FirstPrompts(int tried, int refused, Optional<Task> first, Optional<String> refusal) {
  private static final int MOST = 100;

  /**
   * All of the first hundred.
   *
   * @param source is read on; stays the caller's
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException where the folder says too little
   */
  public static FirstPrompts of(
      TaskSource source, CheckpointFolder checkpoint, PromptSettings settings) {
    return look(source, checkpoint, settings, false);
  }

  /**
   * The same up to the first that is not refused.
   *
   * @throws TaskFormatException where each of the first hundred is
   */
  static void requireOne(TaskSource source, CheckpointFolder checkpoint, PromptSettings settings) {
    FirstPrompts looked = look(source, checkpoint, settings, true);
    if (looked.none()) {
      throw new TaskFormatException(
          looked.objection(source.name()) + "; tasks are those of tasks.train (--tasks)", null);
    }
  }

  /** Whether there was no task that makes a prompt. */
  public boolean none() {
    return refused == tried;
  }

  /**
   * Why there was none.
   *
   * @param name of the source
   */
  public String objection(String name) {
    return tried == 0
        ? name + " has none"
        : "%s: each of the first %d is refused: %s".formatted(name, tried, refusal.orElseThrow());
  }

  private static FirstPrompts look(
      TaskSource source, CheckpointFolder checkpoint, PromptSettings settings, boolean one) {
    try (CheckpointProfile profile = CheckpointProfile.open(checkpoint, settings.profile())) {
      PromptBuilder prompts = new PromptBuilder(profile, settings.maxTokens(), settings.pictures());
      int tried = 0;
      int refused = 0;
      Optional<Task> first = Optional.empty();
      Optional<String> refusal = Optional.empty();
      while (tried < MOST && !(one && refused < tried)) {
        try {
          Optional<Task> task = source.next();
          if (task.isEmpty()) {
            break;
          }
          first = first.or(() -> task);
          prompts.build(task.get());
        } catch (TaskFormatException | PromptRefusedException e) {
          refusal = refusal.or(() -> Optional.of(e.getMessage()));
          refused++;
        }
        tried++;
      }
      return new FirstPrompts(tried, refused, first, refusal);
    }
  }
}
