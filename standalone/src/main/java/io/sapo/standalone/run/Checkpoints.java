package io.sapo.standalone.run;

import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.policy.adapter.InitialCritic;
import io.sapo.policy.adapter.InitialWeights;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.producer.TaskSources;
import io.sapo.producer.chain.ChainTaskSource;
import io.sapo.producer.chain.Lengths;
import java.nio.file.Path;
import java.util.Optional;

/** Where the starting policy lies, and the critic that begins with it. */
public final class Checkpoints {
  private static final Path SHIPPED = Path.of("checkpoints");

  private Checkpoints() {}

  /**
   * The one that is named, else the one shipped for the tasks.
   *
   * @param home root of the installation
   */
  public static Path start(Settings settings, Path home) {
    boolean chain = Lengths.parse(settings.text("tasks.train")).isPresent();
    return settings
        .optionalPath("model.checkpoint")
        .orElse(home.resolve(SHIPPED).resolve(chain ? ChainTaskSource.NAME : TaskSources.FIGURES));
  }

  /**
   * Whether the adapters that are named to begin with fit the policy and what is set up; by names
   * and shapes.
   *
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException saying what does not
   */
  public static void checkAdapter(Settings settings, CheckpointFolder policy) {
    Optional<Path> adapter = settings.optionalPath("model.adapter");
    if (adapter.isPresent()) {
      try (BaseModel shapes = new Binding(settings).learner().network().shapes(policy)) {
        InitialWeights.check(shapes, policy, adapter.get());
      }
    }
  }

  /**
   * Whether the critic that is named to begin with fits the policy; by names and shapes.
   *
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException saying what does not
   */
  public static void checkCritic(Settings settings, CheckpointFolder policy) {
    Optional<Path> critic = settings.optionalPath("learner.critic.checkpoint");
    if (critic.isPresent()) {
      try (BaseModel shapes = new Binding(settings).learner().network().shapes(policy)) {
        InitialCritic.check(shapes, policy, critic.get());
      }
    }
  }

  /**
   * The one of the figures, which comes with the program.
   *
   * @param home root of the installation
   */
  public static Path figures(Path home) {
    return home.resolve(SHIPPED).resolve(TaskSources.FIGURES);
  }
}
