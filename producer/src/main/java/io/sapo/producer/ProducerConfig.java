package io.sapo.producer;

import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.prompt.PromptSettings;
import io.sapo.producer.task.Curriculum;
import io.sapo.producer.task.TaskSpec;
import io.sapo.schemas.HeartbeatSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How one producer generates.
 *
 * @param heartbeats the name of this producer among them
 * @param tasks what is asked
 * @param curriculum which of these are skipped
 * @param seed of task order and token sampling; the same for all producers of a run, who share the
 *     tasks
 * @param engine what generates responses
 */
public record ProducerConfig(
    HeartbeatSettings heartbeats,
    TaskSpec tasks,
    Curriculum.Bounds curriculum,
    long seed,
    PromptSettings prompts,
    RolloutSettings rollouts,
    StalenessBound staleness,
    EngineSettings engine) {

  private static final Pattern DEVICE = Pattern.compile("cpu|gpu[0-9]{0,2}");

  /**
   * @throws IllegalArgumentException naming everything that is wrong
   */
  public ProducerConfig {
    List<String> problems = new ArrayList<>();
    check(!heartbeats.instance().isBlank(), "instance must not be blank", problems);
    check(!tasks.train().isBlank(), "tasks must not be blank", problems);
    check(prompts.maxTokens() >= 1, "max prompt tokens must be positive", problems);
    check(rollouts.groupSize() >= 1, "group size must be positive", problems);
    check(rollouts.slots() >= 1, "slots must be positive", problems);
    check(rollouts.stepsPerCall() >= 1, "steps per call must be positive", problems);
    check(staleness.eta() >= 0, "eta must not be negative", problems);
    check(staleness.batchSize() >= 1, "batch size must be positive", problems);
    check(staleness.oversampling() >= 1, "oversampling must be at least 1", problems);
    check(
        rollouts.groupSize() <= (staleness.eta() + 1L) * staleness.batchSize(),
        "group size must not exceed (eta + 1) x batch size, or no group could ever be completed",
        problems);
    check(
        DEVICE.matcher(rollouts.device()).matches(),
        "device must be cpu, gpu or gpu with a number, not '" + rollouts.device() + "'",
        problems);
    check(
        heartbeats.interval().compareTo(Duration.ofMillis(100)) >= 0,
        "heartbeat must be at least 100 ms",
        problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("producer: " + String.join("; ", problems));
    }
  }

  private static void check(boolean holds, String otherwise, List<String> problems) {
    if (!holds) {
      problems.add(otherwise);
    }
  }
}
