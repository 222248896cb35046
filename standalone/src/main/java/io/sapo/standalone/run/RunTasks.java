package io.sapo.standalone.run;

import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.TaskSources;
import io.sapo.producer.task.TaskSource;
import java.nio.file.Path;

/** What a run trains and is evaluated on. */
final class RunTasks {
  private RunTasks() {}

  /**
   * Opens both, makes a prompt and closes them again: found out later, a run would have begun that
   * cannot go on.
   *
   * @param checkpoint the starting policy
   * @throws io.sapo.producer.task.TaskFormatException naming what is wrong with a file or folder,
   *     or with each of the first tasks
   * @throws io.sapo.configuration.ConfigException where nothing is held out
   */
  static void check(Settings settings, CheckpointFolder checkpoint) {
    Binding binding = new Binding(settings).checkVerifier().checkHeldOut();
    checkPrompts(settings, checkpoint);
    TaskSources.heldOut(binding.tasks(), settings.wide("evaluation.seed")).close();
  }

  /**
   * Whether a producer could begin; nothing is known of the tasks of a topic.
   *
   * @param checkpoint the starting policy
   * @throws io.sapo.producer.task.TaskFormatException where it could not
   */
  static void checkPrompts(Settings settings, CheckpointFolder checkpoint) {
    ProducerConfig producer = new Binding(settings).producer("producer-0", Path.of(""));
    if (!producer.tasks().train().equals(TaskSources.TOPIC)) {
      try (TaskSource source = TaskSources.open(producer.tasks(), producer.seed())) {
        FirstPrompts.requireOne(source, checkpoint, producer.prompts());
      }
    }
  }
}
