package io.sapo.policy.picture;

import java.util.List;

/**
 * Qwen2-VL's picture pipeline: decode, smart resize, rescale, normalise, cut into patches. Safe for
 * use from several threads.
 */
public final class PicturePreprocessor {
  private static final int CHANNELS = 3;
  private final PictureConfig config;
  private final float[][] normalised;

  public PicturePreprocessor(PictureConfig config) {
    this.config = config;
    this.normalised = normalisedBytes(config);
  }

  /** The network's input for each channel and byte value; every step in float32, as in numpy. */
  private static float[][] normalisedBytes(PictureConfig config) {
    float[][] table = new float[CHANNELS][256];
    for (int channel = 0; channel < CHANNELS; channel++) {
      float mean = config.mean().get(channel).floatValue();
      float std = config.std().get(channel).floatValue();
      for (int value = 0; value < 256; value++) {
        table[channel][value] = ((float) (value * config.rescaleFactor()) - mean) / std;
      }
    }
    return table;
  }

  public PictureConfig config() {
    return config;
  }

  /** Tokens a prepared picture takes up in a prompt. */
  public int tokens(PreparedPicture picture) {
    return picture.mergedTokens(config.mergeSize());
  }

  /**
   * Prepares a PNG or JPEG picture.
   *
   * @throws UnreadablePictureException with the reason, when the bytes are no such picture, are
   *     corrupt or exceed the limits
   */
  public PreparedPicture prepare(byte[] encoded) {
    return prepare(PictureDecoder.decode(encoded));
  }

  /** Prepares a decoded picture. */
  public PreparedPicture prepare(RgbPicture picture) {
    SmartResize size =
        SmartResize.of(
            picture.height(),
            picture.width(),
            config.patchSize() * config.mergeSize(),
            config.minPixels(),
            config.maxPixels());
    return patches(BicubicResize.resize(picture, size.width(), size.height()));
  }

  /**
   * Patches in the order (row of merged patches, column, row inside, column inside), each laid out
   * as (channel, frame, y, x). A still picture fills every frame of the temporal patch.
   */
  private PreparedPicture patches(RgbPicture picture) {
    int patch = config.patchSize();
    int gridH = picture.height() / patch;
    int gridW = picture.width() / patch;
    int patchValues = CHANNELS * config.temporalPatchSize() * patch * patch;
    float[] values = new float[gridH * gridW * patchValues];
    int next = 0;
    for (int[] origin : patchOrder(gridH, gridW)) {
      for (int channel = 0; channel < CHANNELS; channel++) {
        for (int frame = 0; frame < config.temporalPatchSize(); frame++) {
          next = copyPatch(picture, origin, channel, values, next);
        }
      }
    }
    return new PreparedPicture(1, gridH, gridW, values);
  }

  private List<int[]> patchOrder(int gridH, int gridW) {
    int merge = config.mergeSize();
    int[][] order = new int[gridH * gridW][];
    for (int i = 0; i < order.length; i++) {
      int inside = i % (merge * merge);
      int block = i / (merge * merge);
      int row = block / (gridW / merge) * merge + inside / merge;
      int column = block % (gridW / merge) * merge + inside % merge;
      order[i] = new int[] {row * config.patchSize(), column * config.patchSize()};
    }
    return List.of(order);
  }

  private int copyPatch(RgbPicture picture, int[] origin, int channel, float[] values, int at) {
    int next = at;
    for (int y = origin[0]; y < origin[0] + config.patchSize(); y++) {
      int pixel = CHANNELS * (y * picture.width() + origin[1]) + channel;
      for (int x = 0; x < config.patchSize(); x++) {
        values[next++] = normalised[channel][picture.rgb()[pixel + CHANNELS * x] & 0xff];
      }
    }
    return next;
  }
}
