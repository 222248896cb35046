package io.sapo.standalone.doctor;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.TaskSources;
import io.sapo.producer.task.TaskFormatException;
import io.sapo.producer.task.TaskSource;
import io.sapo.standalone.run.FirstPrompts;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the first tasks make prompts, and the first of them can be judged. */
final class TaskCheck {
  private static final String NAME = "tasks";

  private final ProducerConfig producer;
  private final KnownVerifiers verifiers;

  TaskCheck(ProducerConfig producer, KnownVerifiers verifiers) {
    this.producer = producer;
    this.verifiers = verifiers;
  }

  /**
   * @param checkpoint that the run would start from
   */
  Finding examine(Path checkpoint) {
    try (TaskSource source = TaskSources.open(producer.tasks(), producer.seed())) {
      try {
        return verdict(
            source.name(),
            FirstPrompts.of(source, CheckpointFolder.open(checkpoint), producer.prompts()));
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

  private Finding verdict(String name, FirstPrompts prompts) {
    if (prompts.none()) {
      return Finding.failed(NAME, prompts.objection(name));
    }
    String detail =
        "%s, the first is %s".formatted(name, prompts.first().orElseThrow().getTaskId());
    Optional<String> unjudged = verifiers.objection(prompts.first().orElseThrow());
    if (unjudged.isPresent()) {
      return Finding.failed(NAME, detail + unjudged.get());
    }
    return prompts.refused() == 0
        ? Finding.ok(
            NAME, "%s; each of the first %d makes a prompt".formatted(detail, prompts.tried()))
        : Finding.warning(
            NAME,
            "%s; of the first %d, %d are refused and become dead letters: %s"
                .formatted(
                    detail, prompts.tried(), prompts.refused(), prompts.refusal().orElseThrow()));
  }
}
