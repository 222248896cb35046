package io.sapo.policy.picture;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.JsonSection;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code preprocessor_config.json} or {@code processor_config.json} says about pictures.
 *
 * @param minPixels least area after resizing
 * @param maxPixels greatest area after resizing
 * @param rescaleFactor bytes are multiplied by this
 * @param mean per channel, subtracted after rescaling
 * @param std per channel, divided by after that
 */
public record PictureConfig(
    long minPixels,
    long maxPixels,
    int patchSize,
    int temporalPatchSize,
    int mergeSize,
    double rescaleFactor,
    List<Double> mean,
    List<Double> std) {
  private static final int PIL_BICUBIC = 3;

  public PictureConfig {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /**
   * Reads the picture processor of Qwen2-VL and its successors, from a file of its own or from the
   * section {@code image_processor} of a whole processor's file.
   *
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException naming file and key
   */
  public static PictureConfig read(Path file) {
    JsonSection whole = JsonSection.read(file);
    String section = CheckpointFolder.IMAGE_PROCESSOR;
    JsonSection json = whole.has(section) ? whole.section(section) : whole;
    if (json.has("resample") && json.integer("resample") != PIL_BICUBIC) {
      throw json.error("resample", "must be 3 (bicubic) but is " + json.integer("resample"));
    }
    for (String step : List.of("do_resize", "do_rescale", "do_normalize", "do_convert_rgb")) {
      if (!json.flag(step, true)) {
        throw json.error(step, "is false; only the whole Qwen2-VL pipeline is supported");
      }
    }
    JsonSection size = json.has("size") ? json.section("size") : json;
    PictureConfig config =
        new PictureConfig(
            json.positive("min_pixels", size.positive("shortest_edge", 56 * 56)),
            json.positive("max_pixels", size.positive("longest_edge", 28 * 28 * 1280)),
            json.positive("patch_size", 14),
            json.positive("temporal_patch_size", 2),
            json.positive("merge_size", 2),
            json.number("rescale_factor", 1 / 255.0),
            json.numbers("image_mean"),
            json.numbers("image_std"));
    if (config.mean().size() != 3) {
      throw json.error("image_mean", "must hold three numbers");
    }
    if (config.std().size() != 3 || config.std().contains(0.0)) {
      throw json.error("image_std", "must hold three numbers other than zero");
    }
    if (config.minPixels() > config.maxPixels()) {
      throw json.error("min_pixels", "is greater than max_pixels");
    }
    return config;
  }

  /**
   * The same with pictures sized down further.
   *
   * @throws IllegalArgumentException when no picture may be that small
   */
  public PictureConfig withMaxPixels(long most) {
    if (most < minPixels) {
      throw new IllegalArgumentException(
          "pictures of at most %d pixels: this model's have at least %d"
              .formatted(most, minPixels));
    }
    return new PictureConfig(
        minPixels,
        Math.min(maxPixels, most),
        patchSize,
        temporalPatchSize,
        mergeSize,
        rescaleFactor,
        mean,
        std);
  }

  /** The same as Hugging Face writes it. */
  public String toJson() {
    return """
    {
      "image_processor_type": "Qwen2VLImageProcessor",
      "min_pixels": %s,
      "max_pixels": %s,
      "patch_size": %s,
      "temporal_patch_size": %s,
      "merge_size": %s,
      "image_mean": %s,
      "image_std": %s,
      "do_resize": true,
      "do_rescale": true,
      "do_normalize": true,
      "do_convert_rgb": true,
      "resample": 3,
      "rescale_factor": %s
    }
    """
        .formatted(
            minPixels,
            maxPixels,
            patchSize,
            temporalPatchSize,
            mergeSize,
            mean,
            std,
            rescaleFactor);
  }
}
