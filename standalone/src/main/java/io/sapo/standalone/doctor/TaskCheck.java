package io.sapo.standalone.doctor;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.TaskSources;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.schemas.Task;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Makes the prompts of the first tasks as a run would: in its order, by the checkpoint's template,
 * with its pictures and within its lengths. What is refused here would be a dead letter there.
 */
final class TaskCheck {
  private static final String NAME = "tasks";
  private static final int TRIED = 100;

  private final ProducerConfig producer;
  private final KnownVerifiers verifiers;

  private Optional<String> firstId = Optional.empty();
  private Optional<String> unjudged = Optional.empty();
  private Optional<String> firstRefusal = Optional.empty();
  private int tried;
  private int refused;

  TaskCheck(ProducerConfig producer, KnownVerifiers verifiers) {
    this.producer = producer;
    this.verifiers = verifiers;
  }

  /**
   * @param checkpoint that the run would start from
   */
  Finding examine(Path checkpoint) {
    PromptSettings settings = producer.prompts();
    try (TaskSource source = TaskSources.open(producer.tasks(), producer.seed())) {
      try (CheckpointProfile profile =
          CheckpointProfile.open(CheckpointFolder.open(checkpoint), settings.profile())) {
        PromptBuilder prompts =
            new PromptBuilder(profile, settings.maxTokens(), settings.pictures());
        while (tried < TRIED && read(source, prompts)) {
          tried++;
        }
        return verdict(source.name());
      } catch (InvalidCheckpointException e) {
        return Finding.ok(
            NAME,
            "%s, the first is %s; their prompts are not tried, as the checkpoint cannot be read"
                .formatted(source.name(), source.next().orElseThrow().getTaskId()));
      }
    } catch (TaskFormatException e) {
      return Finding.failed(NAME, e.getMessage());
    }
  }

  /** False where there are no more. */
  private boolean read(TaskSource source, PromptBuilder prompts) {
    try {
      Optional<Task> task = source.next();
      if (task.isEmpty()) {
        return false;
      }
      if (firstId.isEmpty()) {
        firstId = Optional.of(task.get().getTaskId());
        unjudged = verifiers.objection(task.get());
      }
      prompts.build(task.get());
    } catch (TaskFormatException | PromptRefusedException e) {
      firstRefusal = firstRefusal.or(() -> Optional.of(e.getMessage()));
      refused++;
    }
    return true;
  }

  private Finding verdict(String name) {
    if (refused == tried) {
      return Finding.failed(
          NAME,
          tried == 0
              ? name + " has none"
              : "%s: each of the first %d is refused: %s"
                  .formatted(name, tried, firstRefusal.orElseThrow()));
    }
    String detail = "%s, the first is %s".formatted(name, firstId.orElseThrow());
    if (unjudged.isPresent()) {
      return Finding.failed(NAME, detail + unjudged.get());
    }
    return refused == 0
        ? Finding.ok(NAME, "%s; each of the first %d makes a prompt".formatted(detail, tried))
        : Finding.warning(
            NAME,
            "%s; of the first %d, %d are refused and become dead letters: %s"
                .formatted(detail, tried, refused, firstRefusal.orElseThrow()));
  }
}
