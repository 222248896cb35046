package io.sapo.standalone.run;

import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.producer.TaskSources;
import io.sapo.producer.task.TaskSpec;

/** What a run trains and is evaluated on. */
final class RunTasks {
  private RunTasks() {}

  /**
   * Opens both and closes them again: found out later, a run would have begun that cannot go on.
   *
   * @throws io.sapo.producer.task.TaskFormatException naming what is wrong with a file or folder
   * @throws io.sapo.configuration.ConfigException where nothing is held out
   */
  static void check(Settings settings) {
    Binding binding = new Binding(settings).checkVerifier().checkHeldOut();
    TaskSpec spec = binding.tasks();
    if (!spec.train().equals(TaskSources.TOPIC)) {
      TaskSources.open(spec, settings.wide("run.seed")).close();
    }
    TaskSources.heldOut(spec, settings.wide("evaluation.seed")).close();
  }
}
