package io.sapo.policy.adapter;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelDifference;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.ScalarHead;
import io.sapo.policy.network.StoredWeights;
import io.sapo.policy.network.Weights;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The critic that training begins with where it has a checkpoint of its own: a reward or value
 * model, or the critic of another run. Where every weight is trained, a whole model with a scalar
 * head, as transformers saves it; where adapters are, adapters over the same base with the head
 * beside them, as PEFT saves them. What does not fit is refused.
 */
public final class InitialCritic {
  private InitialCritic() {}

  /**
   * @return the caller's to close
   * @throws InvalidCheckpointException in a sentence, where this is no critic of such a policy
   */
  public static Weights read(BaseModel base, Path folder) {
    refuseWithoutLayout(base, folder);
    if (base.adapters().isPresent()) {
      return adapters(folder).read(base);
    }
    try (SafetensorsReader reader = whole(base, folder)) {
      return Weights.read(reader, base, ScalarHead.of(reader, ""));
    }
  }

  /**
   * Whether {@link #read} would succeed, by names and shapes, and whether adapters that name a base
   * name this one.
   *
   * @param base may be without weights
   * @param policy that the run begins with
   * @throws InvalidCheckpointException as {@link #read}
   */
  public static void check(BaseModel base, CheckpointFolder policy, Path folder) {
    refuseWithoutLayout(base, folder);
    if (base.adapters().isPresent()) {
      AdapterFolder adapters = adapters(folder);
      adapters.check(base);
      NamedBase.check(adapters, folder, policy);
    } else {
      whole(base, folder).close();
    }
  }

  /**
   * Reads every element too.
   *
   * @throws InvalidCheckpointException naming a tensor that holds what is no finite number
   */
  public static void checkFinite(Path folder) {
    try (SafetensorsReader reader =
        AdapterFolder.isIn(folder)
            ? AdapterFolder.weights(folder)
            : SafetensorsReader.open(folder)) {
      StoredWeights.checkFinite(reader);
    }
  }

  private static void refuseWithoutLayout(BaseModel base, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidCheckpointException(
          folder
              + ": there is no such folder; name the one with the critic that the run begins with, or none where it has begun, since its checkpoints hold that critic");
    }
    if (base.config().multimodal()) {
      throw new InvalidCheckpointException(
          "%s: a critic of a %s policy cannot be read, since transformers has no such model with a scalar head; begin without"
              .formatted(folder, base.config().architecture().modelType()));
    }
  }

  private static AdapterFolder adapters(Path folder) {
    if (!AdapterFolder.isIn(folder)) {
      throw new InvalidCheckpointException(
          folder
              + ": holds no adapters, but adapters are trained, and actor and critic share one base; name a PEFT folder over that base with its score head among modules_to_save");
    }
    return AdapterFolder.openCritic(folder);
  }

  private static SafetensorsReader whole(BaseModel base, Path folder) {
    if (AdapterFolder.isIn(folder)) {
      throw new InvalidCheckpointException(
          folder
              + ": holds adapters, but every weight is trained; merge them into their model, or train adapters");
    }
    CheckpointFolder critic = CheckpointFolder.open(folder);
    ModelDifference.between(critic.config(), base.config(), "the policy")
        .ifPresent(
            difference -> {
              throw new InvalidCheckpointException(
                  folder
                      + ": "
                      + difference
                      + "; a critic has the shape and the tokens of its policy");
            });
    SafetensorsReader reader = critic.openWeights();
    try {
      StoredWeights.check(reader, critic.config(), ScalarHead.of(reader, ""));
      return reader;
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }
}
