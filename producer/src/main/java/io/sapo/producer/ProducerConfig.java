package io.sapo.producer;

import io.sapo.policy.generation.Sampling;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.task.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How one producer generates.
 *
 * @param instance name of this producer; no two live ones share it
 * @param tasks what is asked
 * @param seed of task order and token draws; the same for all producers of a run, who share the
 *     tasks
 * @param profile how the checkpoint is asked, and what ends its answers
 * @param pictures how pictures are taken
 * @param maxPromptTokens longest prompt, picture tokens counted; longer ones are refused
 * @param groupSize rollouts per task
 * @param slots responses generated at a time
 * @param stepsPerCall tokens drawn for each of them before slots are filled again and weights are
 *     taken up
 * @param eta greatest staleness, in versions
 * @param batchSize trajectories an update of the learner takes
 * @param device {@code cpu}, {@code gpu} or {@code gpu0}, {@code gpu1}, …
 * @param heartbeat time between two status records
 * @param engine what draws
 */
public record ProducerConfig(
    String instance,
    TaskSpec tasks,
    long seed,
    ProfileSettings profile,
    PictureSettings pictures,
    int maxPromptTokens,
    Sampling sampling,
    int groupSize,
    int slots,
    int stepsPerCall,
    WeightUptake uptake,
    int eta,
    int batchSize,
    String device,
    Duration heartbeat,
    EngineSettings engine) {

  private static final Pattern DEVICE = Pattern.compile("cpu|gpu[0-9]{0,2}");

  /**
   * @throws IllegalArgumentException naming everything that is wrong
   */
  public ProducerConfig {
    List<String> problems = new ArrayList<>();
    check(!instance.isBlank(), "instance must not be blank", problems);
    check(!tasks.train().isBlank(), "tasks must not be blank", problems);
    check(maxPromptTokens >= 1, "max prompt tokens must be positive", problems);
    check(groupSize >= 1, "group size must be positive", problems);
    check(slots >= 1, "slots must be positive", problems);
    check(stepsPerCall >= 1, "steps per call must be positive", problems);
    check(eta >= 0, "eta must not be negative", problems);
    check(batchSize >= 1, "batch size must be positive", problems);
    check(
        groupSize <= (eta + 1L) * batchSize,
        "group size must not exceed (eta + 1) x batch size, or no group could ever be completed",
        problems);
    check(
        DEVICE.matcher(device).matches(),
        "device must be cpu, gpu or gpu with a number, not '" + device + "'",
        problems);
    check(
        heartbeat.compareTo(Duration.ofMillis(100)) >= 0,
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
