package io.sapo.learner.config;

import ai.djl.Device;
import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.tensor.ElementType;

/**
 * Which part of the network is trained, and how it is computed.
 *
 * @param adapters trained over a frozen checkpoint; null where every weight is trained
 * @param compute type of activations, float32 or bfloat16
 * @param maxPixels greatest area of a picture that it looks at; 0 for the checkpoint's own
 */
public record NetworkSettings(AdapterConfig adapters, ElementType compute, long maxPixels) {
  /** As configuration names the types. */
  public enum Precision {
    F32(ElementType.F32),
    BF16(ElementType.BF16);

    private final ElementType type;

    Precision(ElementType type) {
      this.type = type;
    }

    public ElementType type() {
      return type;
    }
  }

  /** Every weight, in float32. */
  public static final NetworkSettings WHOLE = new NetworkSettings(null, ElementType.F32, 0);

  /**
   * How the run's pictures are taken.
   *
   * @param files where pictures by path may lie
   */
  public PictureSettings pictures(PictureFiles files) {
    return new PictureSettings(files, maxPixels);
  }

  /** As {@link #open} but for frozen weights: what fits can be seen, nothing computed. */
  public BaseModel shapes(CheckpointFolder model) {
    return adapters == null
        ? BaseModel.trainedWhole(model.config(), Device.cpu())
        : BaseModel.withoutWeights(model.config(), adapters, Device.cpu());
  }

  /**
   * What the weights of a run stand on; the caller closes it.
   *
   * @param model whose weights are loaded where adapters are trained
   */
  public BaseModel open(CheckpointFolder model, Device device) {
    ModelConfig config = model.config().computedIn(compute);
    return adapters == null
        ? BaseModel.trainedWhole(config, device)
        : BaseModel.adapted(model, config, adapters, device);
  }
}
