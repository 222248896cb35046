package io.sapo.standalone.plan;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.PatchConfig;
import io.sapo.policy.picture.PictureConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The area of pictures by which one fits a prompt with text beside it. Checkpoints allow pictures
 * of tens of thousands of tokens; a prompt with one is refused whole.
 */
final class PictureArea {
  /** Of a prompt's tokens, those that one picture may take up. */
  private static final double SHARE = 0.75;

  private PictureArea() {}

  /**
   * @return pixels; empty where the model looks at no pictures, where its own limit is as low, and
   *     where there is no readable file that says so
   */
  static OptionalLong fitting(Path checkpoint, ModelConfig model, int maxPromptTokens) {
    if (!model.multimodal()) {
      return OptionalLong.empty();
    }
    Optional<PictureConfig> own = own(checkpoint, model);
    if (own.isEmpty()) {
      return OptionalLong.empty();
    }
    PatchConfig patches = model.vision().orElseThrow().patches();
    long side = (long) patches.size() * patches.mergeSize();
    long fitting = (long) (SHARE * maxPromptTokens) * side * side;
    long pixels = Math.max(fitting, own.get().minPixels());
    return pixels < own.get().maxPixels() ? OptionalLong.of(pixels) : OptionalLong.empty();
  }

  private static Optional<PictureConfig> own(Path checkpoint, ModelConfig model) {
    try {
      return new CheckpointFolder(checkpoint, model).ownPreprocessor().map(PictureConfig::read);
    } catch (InvalidCheckpointException e) {
      return Optional.empty(); // whoever opens the folder says what is wrong with it
    }
  }
}
